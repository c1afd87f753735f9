import { createHash } from "node:crypto";
import { closest } from "fastest-levenshtein";
import type { z } from "zod";
import { passesLuhn } from "../ingest/keys.ts";
import { canonical } from "../ingest/words.ts";
import { loadStates, stateCode } from "../places/states.ts";
import { cards } from "../schema/cards.ts";
import { droppedKeys, type EventType, eventData, eventEnvelope, type Operation } from "../schema/event.ts";
import { maskCardNumbers } from "../schema/mask.ts";
import type { Field } from "../schema/tables.ts";
import { users } from "../schema/users.ts";

/** An event that can be applied. */
export interface ReadEvent {
  readonly id: string;
  readonly source: string;
  readonly type: EventType;
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly sequence: number;
  readonly op: Operation;
  /** Columns of the canonical table, those that are missing left out; null where the subject is deleted. */
  readonly data: Readonly<Record<string, unknown>> | null;
  /** The customer of a card that is upserted, where it has one. */
  readonly owner: string | null;
}

/** What cannot be applied, and what is kept of it. */
export interface Rejection {
  readonly reason: string;
  /** The event with card-shaped digits masked; null where it is no JSON object: such text is not kept. */
  readonly body: string | null;
  readonly length: number;
  readonly sha256: string;
}

/** A line is no longer than this, in characters. */
export const LONGEST_LINE = 64 * 1024;
/** How far a source's clock may be ahead of ours: what is later is refused, since it would move the as-of date. */
export const AHEAD_MS = 24 * 60 * 60_000;

const tables = { customer: users, card: cards, balance: cards } as const;

/** Reads one line of a feed. `now`: milliseconds since 1970. */
export function readEvent(line: string, now: number): ReadEvent | Rejection {
  const reject = (reason: string, body: string | null) => ({ ...rejectionOf(line, reason), body });
  if (line.length > LONGEST_LINE) return reject(`longer than ${LONGEST_LINE} characters`, null);
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return reject("not JSON", null);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    return reject("not a JSON object", null);
  const given = (parsed as Record<string, unknown>)["data"];
  const body = () => maskCardNumbers(JSON.stringify(withoutSecrets(parsed as Record<string, unknown>)));
  const envelope = eventEnvelope.safeParse(parsed);
  if (!envelope.success) return reject(explain(envelope.error), body());
  const { id, source, type, subject, op, sequence } = envelope.data;
  const time = Date.parse(envelope.data.time);
  if (time > now + AHEAD_MS) return reject(`time ${envelope.data.time} is more than a day ahead`, body());
  if (/^[2-6]\d{12,18}$/.test(subject) && passesLuhn(subject))
    return reject("subject is a card number, which is never a key", body());
  if (subject.trim() !== subject) return reject("subject begins or ends with a blank", body());
  const event = (data: ReadEvent["data"], owner: string | null): ReadEvent => ({
    id: maskCardNumbers(id),
    source,
    type,
    subject,
    time,
    sequence,
    op,
    data,
    owner,
  });
  if (op === "delete") return event(null, null);
  const state = eventData[type].safeParse(withoutDropped(given));
  if (!state.success) return reject(explain(state.error, Object.keys(eventData[type].shape)), body());
  const cells = canonicalCells(tables[type].fields, state.data);
  if (typeof cells === "string") return reject(cells, body());
  const owner = cells["user_id"];
  return event(cells, typeof owner === "string" ? owner : null);
}

/** A line that is kept as its length and hash alone. */
export const rejectionOf = (line: string, reason: string): Rejection => ({
  reason: maskCardNumbers(reason).slice(0, 500),
  body: null,
  length: line.length,
  sha256: createHash("sha256").update(line).digest("hex"),
});

const withoutDropped = (data: unknown): unknown =>
  typeof data === "object" &&
  data !== null &&
  !Array.isArray(data) &&
  Object.keys(data).some((key) => droppedKeys.has(key.toLowerCase()))
    ? Object.fromEntries(Object.entries(data).filter(([key]) => !droppedKeys.has(key.toLowerCase())))
    : data;

const withoutSecrets = ({ data, ...rest }: Record<string, unknown>) => ({
  ...(withoutDropped(rest) as Record<string, unknown>),
  ...(data !== undefined && { data: withoutDropped(data) }),
});

/** As the canonical tables hold them: known words, first days of months, masked text. A text says why not. */
function canonicalCells(
  fields: Readonly<Record<string, Field>>,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | string {
  const cells: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const field = fields[name];
    if (value === null || value === undefined || field === undefined) continue;
    if (field.reading === "id") {
      cells[name] = String(value);
      continue;
    }
    if (typeof value !== "string") {
      cells[name] = value;
      continue;
    }
    if (field.reading === "month") {
      cells[name] = `${value.slice(0, 7)}-01`;
      continue;
    }
    const known = name === "state" ? stateCode(value) : canonical(field, value);
    if (known === null && field.categories !== undefined && field.open !== true)
      return `${name}: unknown value ${JSON.stringify(value)}: one of ${Object.keys(field.categories).join(", ")}`;
    cells[name] = known ?? maskCardNumbers(value.trim());
  }
  const { latitude, longitude, state } = cells;
  if (state === undefined && typeof latitude === "number" && typeof longitude === "number") {
    const derived = loadStates().stateAt(latitude, longitude);
    if (derived !== null) cells["state"] = derived;
  }
  return cells;
}

/** The first thing that is wrong, with the name of what it is wrong with. */
function explain(error: z.ZodError, known: readonly string[] = []): string {
  const [issue] = error.issues;
  if (issue === undefined) return "not as described";
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    return `data: unknown column ${JSON.stringify(key.slice(0, 60))}${known.length > 0 ? `: did you mean ${closest(key, [...known])}?` : ""}`;
  }
  const name = issue.path.join(".");
  return `${name === "" ? "data" : name}: ${issue.message.toLowerCase()}`;
}
