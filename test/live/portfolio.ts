import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { DuckDBEngine } from "../../src/engines/duckdb.ts";
import { writeSample } from "../../src/sample/sample.ts";
import type { FeedEvent } from "../../src/schema/event.ts";
import { raw } from "../../src/sql/statement.ts";
import type { Row, Tables } from "./oracle.ts";

/** A folder that goes with the test. */
export async function folder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "cardscope-live-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export async function sampleFiles(path: string, customers: number): Promise<string[]> {
  const { users, cards } = await writeSample(path, { customers, seed: 7, format: "csv", brief: false });
  return [users, cards];
}

/** Rows by key, without what is missing: as events have them. */
export async function tablesOf(engine: DuckDBEngine, schema = "main"): Promise<Tables> {
  const read = async (table: string, key: string) => {
    const { rows } = await engine.query(raw(`select * from ${schema}.${table}`));
    return new Map(
      rows.map((row): [string, Row] => {
        const { [key]: id, ...rest } = row;
        return [String(id), rest];
      }),
    );
  };
  return { users: await read("users", "user_id"), cards: await read("cards", "card_id") };
}

/** The same for both sides of a comparison: keys as text, nothing that is missing, in the order of the keys. */
export const plain = ({ users, cards }: Tables) => ({ users: plainRows(users), cards: plainRows(cards) });

const plainRows = (rows: ReadonlyMap<string, Row>) =>
  Object.fromEntries(
    [...rows]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, row]) => [
        key,
        Object.fromEntries(
          Object.entries(row)
            .filter(([, value]) => value !== null && value !== undefined)
            .map(([name, value]): [string, unknown] => [name, name === "user_id" ? String(value) : value])
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        ),
      ]),
  );

const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const usd = fc.integer({ min: 0, max: 20_000_000 }).map((cents) => cents / 100);
const month = fc
  .tuple(fc.integer({ min: 2005, max: 2031 }), fc.integer({ min: 1, max: 12 }))
  .map(([year, number]) => `${year}-${String(number).padStart(2, "0")}-01`);

const customerState = fc.record({
  age: nullable(fc.integer({ min: 18, max: 99 })),
  retirement_age: nullable(fc.integer({ min: 55, max: 75 })),
  gender: nullable(fc.constantFrom("Female", "Male")),
  employment_status: nullable(fc.constantFrom("employed", "retired", "student")),
  annual_income_usd: nullable(usd),
  total_debt_usd: nullable(usd),
  credit_score: nullable(fc.integer({ min: 300, max: 850 })),
  state: nullable(fc.constantFrom("CA", "NY", "TX")),
  defaulted: nullable(fc.boolean()),
});
const cardState = (owners: fc.Arbitrary<string>) =>
  fc.record({
    user_id: owners,
    brand: nullable(fc.constantFrom("Visa", "Mastercard", "Amex")),
    type: nullable(fc.constantFrom("credit", "debit", "prepaid")),
    credit_limit_usd: nullable(usd),
    opened_on: nullable(month),
    expires_on: nullable(month),
    has_chip: nullable(fc.boolean()),
  });
const balanceState = fc.record({
  balance_usd: nullable(fc.integer({ min: -100_000, max: 3_000_000 }).map((cents) => cents / 100)),
});

/** Events about few subjects, so that they meet: of two sources, with sequences and times that disagree. */
export function eventsAbout(users: readonly string[], cards: readonly string[]): fc.Arbitrary<FeedEvent[]> {
  const ofType = (type: FeedEvent["type"], subjects: readonly string[], data: fc.Arbitrary<unknown>) =>
    fc
      .record({
        subject: fc.constantFrom(...subjects),
        source: fc.constantFrom("/bank", "/crm"),
        sequence: fc.integer({ min: 0, max: 6 }),
        minute: fc.integer({ min: 0, max: 3 * 24 * 60 }),
        isDelete: fc.integer({ min: 0, max: 9 }).map((n) => n < 2),
        data,
      })
      .map(({ subject, source, sequence, minute, isDelete, data: state }): FeedEvent => {
        const time = new Date(Date.UTC(2026, 9, 1) + minute * 60_000).toISOString();
        const event = {
          id: `${type}-${source}-${subject}-${sequence}`,
          source,
          type,
          subject,
          time,
          sequence,
        };
        return isDelete ? { ...event, op: "delete" } : { ...event, op: "upsert", data: state };
      });
  return fc
    .array(
      fc.oneof(
        ofType("customer", users, customerState),
        ofType("card", cards, cardState(fc.constantFrom(...users))),
        ofType("balance", cards, balanceState),
      ),
      { minLength: 1, maxLength: 60 },
    )
    .map(onePerSequence);
}

/** What a source tells twice under one number is the same. */
function onePerSequence(events: readonly FeedEvent[]): FeedEvent[] {
  const seen = new Map<string, FeedEvent>();
  for (const event of events)
    seen.set(JSON.stringify([event.type, event.subject, event.source, event.sequence]), event);
  return [...seen.values()];
}
