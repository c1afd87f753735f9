import { refused, usage } from "../errors.ts";
import { whole } from "../schema/format.ts";
import { maskCardNumbers } from "../schema/mask.ts";
import { nearest, spread } from "./borrower-headers.ts";

/** A value of the outcome column, as text, with its rows. */
export interface OutcomeValue {
  readonly text: string;
  readonly rows: number;
}

/** Which values mean default, which do not; whatever is in neither is no outcome. */
export interface Decoded {
  readonly event: readonly string[];
  readonly other: readonly string[];
}

const yes = new Set(["1", "true", "yes", "y", "t"]);
const no = new Set(["0", "false", "no", "n", "f"]);
const bad = new Set([
  "default",
  "defaulted",
  "indefault",
  "bad",
  "chargedoff",
  "chargeoff",
  "writtenoff",
  "delinquent",
  "late",
  "overdue",
  "notpaid",
  "unpaid",
  "nonperforming",
  "bankrupt",
]);
const good = new Set([
  "nodefault",
  "nondefault",
  "notdefault",
  "notdefaulted",
  "good",
  "paid",
  "fullypaid",
  "repaid",
  "current",
  "performing",
  "nondefaulted",
  "paidoff",
  "paidinfull",
]);

/** "1.0" and " 1" are 1. */
const plainOf = (text: string): string => {
  const trimmed = text.trim().toLowerCase();
  return trimmed !== "" && Number.isFinite(Number(trimmed))
    ? String(Number(trimmed))
    : trimmed.replaceAll(/[^\p{L}\p{N}]/gu, "");
};

/** Shown at most. */
const SHOWN = 8;

/**
 * Says what the values of an outcome column mean: as the caller states, else by the pairs that mean one thing only.
 * Throws where there is nothing to learn, or where a guess would be needed.
 */
export function decodeOutcome(
  column: string,
  values: readonly OutcomeValue[],
  stated: { readonly event?: readonly string[]; readonly nonEvent?: readonly string[] },
): Decoded {
  const name = JSON.stringify(column);
  const list = listed(values);
  const [first, second] = values;
  if (first === undefined)
    throw refused(
      `the outcome ${name} is missing in every row`,
      "give a file in which it is known, or name another column with --outcome",
    );
  if (second === undefined)
    throw refused(
      `the outcome ${name} is ${JSON.stringify(maskCardNumbers(first.text))} in every row`,
      "a model needs customers who defaulted and customers who did not",
    );
  const { event, nonEvent } = stated;
  if (event !== undefined && event.length > 0) {
    const events = listOf(values, event).flatMap((value) => meant(name, values, value, "--event"));
    const others =
      nonEvent === undefined || nonEvent.length === 0
        ? values.map(({ text }) => text).filter((text) => !events.includes(text))
        : listOf(values, nonEvent).flatMap((value) => meant(name, values, value, "--non-event"));
    const both = events.find((text) => others.includes(text));
    if (both !== undefined) throw usage(`${JSON.stringify(both)} is both --event and --non-event`);
    if (others.length === 0)
      throw refused(
        `every value of the outcome ${name} is a default: ${list}`,
        "a model needs customers who did not default",
      );
    return { event: events, other: others };
  }
  if (nonEvent !== undefined && nonEvent.length > 0) {
    const others = listOf(values, nonEvent).flatMap((value) => meant(name, values, value, "--non-event"));
    const events = values.map(({ text }) => text).filter((text) => !others.includes(text));
    if (events.length === 0)
      throw refused(`no value of the outcome ${name} is a default: ${list}`, "name one with --event");
    return { event: events, other: others };
  }
  const found = values.length <= MOST_SPELLINGS ? byWords(values) : undefined;
  if (found !== undefined) return found;
  throw values.length === 2
    ? refused(
        `the outcome ${name} is ${list}: which of them means default?`,
        `say so with --event, such as --event ${JSON.stringify(maskCardNumbers(second.text))}`,
      )
    : refused(
        `the outcome ${name} has ${whole(values.length)} values, ${list}: which of them mean default?`,
        "name them with --event, separated by commas; the others count as no default, unless --non-event names those",
      );
}

/** The same for rows that a model is held against: its values mean what they meant; undefined where none is there. */
export function decodeKnown(
  values: readonly OutcomeValue[],
  known: Decoded | undefined,
): Decoded | undefined {
  if (known === undefined) return undefined;
  const among = (words: readonly string[]) => {
    const plain = new Set(words.map(plainOf));
    return values.map(({ text }) => text).filter((text) => plain.has(plainOf(text)));
  };
  const found = { event: among(known.event), other: among(known.other) };
  return found.event.length + found.other.length > 0 ? found : undefined;
}

/** "Yes", "yes " and "YES" are three spellings of one word. */
const MOST_SPELLINGS = 8;

function byWords(values: readonly OutcomeValue[]): Decoded | undefined {
  const plain = new Map(values.map(({ text }) => [text, plainOf(text)]));
  const words = [...new Set(plain.values())];
  const pick = (events: ReadonlySet<string>, others: ReadonlySet<string>) => {
    const spelled = (among: ReadonlySet<string>) =>
      [...plain].flatMap(([text, of]) => (among.has(of) ? [text] : []));
    const found = { event: spelled(events), other: spelled(others) };
    const isWhole = found.event.length + found.other.length === values.length;
    return isWhole && found.event.length > 0 && found.other.length > 0 ? found : undefined;
  };
  // 1, no and yes are one question; of three words in other languages none is known
  if (words.length !== 2) return pick(yes, no);
  const rest = new Set(words.filter((word) => !bad.has(word) && !/^\d+$/.test(word)));
  return pick(yes, no) ?? pick(bad, good) ?? pick(bad, rest);
}

const listOf = (values: readonly OutcomeValue[], words: readonly string[]): string[] =>
  spread(words, (word) => values.some(({ text }) => plainOf(text) === plainOf(word)));

/** The values that a caller's word means: as written, else whatever its case, blanks and decimals. */
function meant(name: string, values: readonly OutcomeValue[], value: string, option: string): string[] {
  const exact = values.filter(({ text }) => text === value.trim());
  const found = exact.length > 0 ? exact : values.filter(({ text }) => plainOf(text) === plainOf(value));
  if (found.length > 0) return found.map(({ text }) => text);
  const near = nearest(
    value,
    values.slice(0, 1000).map(({ text }) => text),
  );
  throw usage(
    `no value ${JSON.stringify(maskCardNumbers(value))} in the outcome ${name} for ${option}`,
    `it has ${listed(values)}: did you mean ${JSON.stringify(maskCardNumbers(near))}?`,
  );
}

const listed = (values: readonly OutcomeValue[]): string => {
  const shown = values.slice(0, SHOWN).map(({ text, rows }) => {
    const masked = maskCardNumbers(text);
    return `${JSON.stringify(masked.length > 40 ? `${masked.slice(0, 39)}…` : masked)} (${whole(rows)})`;
  });
  return `${shown.join(", ")}${values.length > SHOWN ? ", …" : ""}`;
};
