import { closest } from "fastest-levenshtein";
import { refused, usage } from "../errors.ts";
import { maskCardNumbers } from "../schema/mask.ts";
import { type Binding, bind, type HeaderMap, hasDomain, type TableName, tables } from "./bind.ts";
import { normalise, plainHeader } from "./headers.ts";
import type { Standins } from "./read-table.ts";
import type { SourceTable } from "./source-table.ts";

export interface Candidate {
  readonly source: SourceTable;
  readonly binding: Binding;
}

export interface Found {
  readonly users: Candidate;
  readonly cards: Candidate;
  readonly standins: Readonly<Record<TableName, Standins>>;
}

export interface PickOptions {
  readonly map?: HeaderMap;
  readonly sheets?: Readonly<Partial<Record<TableName, string>>>;
}

/**
 * Of all tables in the files, the one that reads best as users and the one that reads best as cards. Refuses,
 * with what was missing and what was found instead, where there is none.
 */
export function pickTables(sources: readonly SourceTable[], options: PickOptions): Found {
  checkOptions(sources, options);
  const bound = (name: TableName): Candidate[] =>
    namedTables(sources, options.sheets?.[name])
      .map((source) => ({ source, binding: bind(name, source.preview, options.map) }))
      .sort((a, b) => b.binding.score - a.binding.score);
  const users = bound("users");
  const cards = bound("cards");
  const pairs = users
    .filter((u) => hasDomain(u.binding))
    .flatMap((u) => cards.filter((c) => hasDomain(c.binding) && c.source !== u.source).map((c) => ({ u, c })))
    .map(({ u, c }) => ({ u, c, standins: standinsOf(u.binding, c.binding) }))
    .filter(({ u, c, standins }) => hasKey(u.binding, standins.users) && hasKey(c.binding, standins.cards));
  const [best, rival] = pairs.sort((a, b) => rank(b, a));
  if (best === undefined) throw refuse(sources, users, cards);
  if (rival !== undefined && rank(best, rival) === 0) throw refuseAlike(best, rival);
  const picked = joinBySharedHeader({ users: best.u, cards: best.c, standins: best.standins }, options.map);
  if (!picked.cards.binding.columns.has("user_id"))
    throw refused(
      `${picked.cards.source.file}: no column says which customer a card belongs to`,
      "name it with --map cards.user_id=HEADER",
    );
  return picked;
}

/** The tables that a choice names; a sheet that is a part of a longer table can be named alone. */
export const namedTables = (
  sources: readonly SourceTable[],
  name: string | undefined,
): readonly SourceTable[] => {
  const whole = sources.filter((source) => isNamed(source, name));
  if (whole.length > 0) return whole;
  return sources.flatMap(({ parts = [] }) => parts).filter((part) => isNamed(part, name));
};

/** Whether a table is what a choice names: its sheet, its file, or both. */
export const isNamed = ({ file, sheet }: SourceTable, name: string | undefined): boolean =>
  name === undefined || name === sheet || name === file || name === `${file} [${sheet}]`;

/** Of several ids in either table, the one that both tables call the same says which customer a card belongs to. */
function joinBySharedHeader(found: Found, map: HeaderMap = {}): Found {
  const { users, cards } = found;
  if (["user_id", "users.user_id", "cards.user_id"].some((column) => Object.hasOwn(map, column)))
    return found;
  const keysOf = ({ binding: { table, headers } }: Candidate) =>
    headers.filter((header) => {
      const name = normalise(header);
      const isKey = name === "user_id" || tables[table].fields["user_id"]?.aliases.includes(name);
      return isKey && /(?:id|no|number)$/.test(name) && name !== "id";
    });
  const owners = keysOf(cards);
  const key = keysOf(users).find((header) => owners.some((owner) => normalise(owner) === normalise(header)));
  const owner = owners.find((header) => normalise(header) === normalise(key ?? ""));
  if (key === undefined || owner === undefined) return found;
  const again = ({ source, binding }: Candidate, header: string) => ({
    source,
    binding: bind(binding.table, source.preview, { ...map, [`${binding.table}.user_id`]: header }),
  });
  return { ...found, users: again(users, key), cards: again(cards, owner) };
}

export type Pair = Readonly<Record<"u" | "c", Candidate>>;

/** Which of two pairs reads better; of two that read alike, a visible sheet goes before a hidden one, then the longer. */
export function rank(a: Pair, b: Pair): number {
  const of = ({ u, c }: Pair, value: (candidate: Candidate) => number) => value(u) + value(c);
  const difference = (value: (candidate: Candidate) => number) => of(a, value) - of(b, value);
  return (
    difference(({ binding }) => binding.score) ||
    difference(({ source }) => (source.hidden ? 0 : 1)) ||
    difference(({ source }) => source.preview.length)
  );
}

/** Two sheets that could be the same table: the wrong one would give wrong figures. */
function refuseAlike(best: Pair, rival: Pair): Error {
  const key = best.u.source === rival.u.source ? "c" : "u";
  const name = best[key].binding.table;
  const [one, other] = [best, rival].map((pair) => {
    const { file, sheet } = pair[key].source;
    return sheet === null ? file : JSON.stringify(sheet);
  });
  return refused(
    `${best[key].source.file}: ${one} and ${other} both read as ${name}`,
    `name the right one with --sheet ${name}=NAME`,
  );
}

const hasKey = ({ table, columns }: Binding, standins: Standins): boolean =>
  columns.has(tables[table].key) || standins.key !== undefined;

/** Headers that only the IBM set has: it names customers by their row. */
const IBM_HEADERS = ["person", "current_age", "yearly_income_person", "fico_score", "num_credit_cards"];

function standinsOf(users: Binding, cards: Binding): Record<TableName, Standins> {
  const header = (binding: Binding, column: string) =>
    normalise(binding.headers[binding.columns.get(column) ?? -1] ?? "");
  const userHeaders = new Set(users.headers.map(normalise));
  const isIbm = IBM_HEADERS.every((h) => userHeaders.has(h)) && header(cards, "user_id") === "user";
  const isIndexed = header(cards, "card_id") === "card_index";
  return {
    users: isIbm && !users.columns.has("user_id") ? { key: "row number" } : {},
    cards: isIndexed ? { key: "user and card index" } : {},
  };
}

function refuse(
  sources: readonly SourceTable[],
  users: readonly Candidate[],
  cards: readonly Candidate[],
): Error {
  const files = [...new Set(sources.map(({ file }) => file))];
  if (sources.every(({ preview }) => preview.length <= 1))
    return refused(`${files.join(", ")}: no rows`, "give files that have a header row and rows below it");
  const [u, c] = [users[0], cards[0]];
  const missing = [
    ...(u === undefined || !isUsable(u.binding) ? [`no customers table: ${lacks("users", u)}`] : []),
    ...(c === undefined || !isUsable(c.binding) ? [`no cards table: ${lacks("cards", c)}`] : []),
  ];
  if (missing.length === 0)
    missing.push("only one table was found that could be customers or cards; two are needed");
  return refused(
    `${files.join(", ")}: ${missing.join("; ")}; found headers: ${found(sources)}`,
    "give the customers file and the cards file of one portfolio, or name headers with --map column=HEADER and sheets with --sheet users=NAME",
  );
}

const isUsable = (binding: Binding): boolean =>
  binding.columns.has(tables[binding.table].key) && hasDomain(binding);

function lacks(name: TableName, candidate: Candidate | undefined): string {
  const { key, domain } = tables[name];
  const columns = candidate?.binding.columns ?? new Map();
  const needs = [
    ...(columns.has(key) ? [] : [key]),
    ...(domain.some((column) => columns.has(column)) ? [] : [`one of ${domain.join(", ")}`]),
  ];
  return needs.length === 0 ? "no second table" : `it needs ${needs.join(" and ")}`;
}

function found(sources: readonly SourceTable[]): string {
  return sources
    .slice(0, 4)
    .map((source) => {
      const { file, sheet } = source;
      const headers = headersOf(source)?.map((header) => JSON.stringify(header.slice(0, 40)));
      const shown =
        headers === undefined ? "its first row is data" : headers.slice(0, 12).join(", ") || "none";
      return `${file}${sheet === null ? "" : ` [${sheet}]`} ${shown}`;
    })
    .join("; ");
}

/** Fit to be shown; undefined for a file without headers, since its first row is someone's data. */
export function headersOf({ preview }: SourceTable, row = 0): string[] | undefined {
  const first = (preview[row] ?? []).map(plainHeader).filter((cell) => cell !== "");
  const isData = first.some((cell) => /^\W*\d[\d\W]*$/.test(cell));
  return isData ? undefined : first.map(maskCardNumbers);
}

function checkOptions(sources: readonly SourceTable[], { map = {}, sheets = {} }: PickOptions): void {
  for (const [name, sheet] of Object.entries(sheets))
    if (namedTables(sources, sheet).length === 0)
      throw usage(
        `no sheet ${JSON.stringify(sheet)} for ${name}`,
        `there are ${sources.flatMap((s) => (s.sheet === null ? [] : [JSON.stringify(s.sheet)])).join(", ") || "no sheets in these files"}`,
      );
  const headers = new Set(sources.flatMap(({ preview }) => preview.slice(0, 30).flat().map(normalise)));
  const columns = Object.values(tables).flatMap(({ name, fields }) =>
    Object.entries(fields).flatMap(([column, { derived }]) => (derived ? [] : [column, `${name}.${column}`])),
  );
  for (const [column, header] of Object.entries(map)) {
    if (!columns.includes(column))
      throw usage(`no column ${column} to map a header to`, `did you mean ${closest(column, columns)}?`);
    if (header !== "" && !headers.has(normalise(header)))
      throw usage(
        `no header ${JSON.stringify(header)} to map to ${column}`,
        `give the header as the file writes it: did you mean ${JSON.stringify(
          closest(
            header,
            sources.flatMap((source) => headersOf(source) ?? []),
          ),
        )}?`,
      );
  }
}
