import type { DuckDBEngine } from "../engines/duckdb.ts";
import { refused } from "../errors.ts";
import { maskCardNumbers } from "../schema/mask.ts";
import { raw } from "../sql/statement.ts";
import { type TableName, tables } from "./bind.ts";
import type { IssueLog } from "./issue-log.ts";
import type { ReadTable } from "./read-table.ts";

/** Ids are integers when every one of them is, in whichever table it stands; else they are text. */
export async function settleIds(
  engine: DuckDBEngine,
  places: readonly (readonly [table: string, column: string])[],
): Promise<void> {
  const texts: (readonly [string, string])[] = [];
  for (const [table, column] of places)
    if (!(await isWhole(engine, table, column))) texts.push([table, column]);
  if (texts.length === 0) return;
  for (const [table, column] of places)
    await engine.execute(raw(`alter table ${table} alter ${column} type varchar`));
  const cells = places.map(([table, column]) => `select ${column} as id from ${table}`).join(" union all ");
  const { rows } = await engine.query(
    raw(`select count(id) as n,
        count(*) filter (where regexp_full_match(id, '\\d{1,15}(?:\\.0+)?')) as integers,
        count(*) filter (where starts_with(id, '0') and id <> '0' or contains(id, '.')) as unusual
      from (${cells}) cells`),
  );
  const { n, integers, unusual } = rows[0] ?? {};
  if (n === 0 || n !== integers || (unusual !== 0 && !(await keepsApart(engine, places)))) return;
  // "try", since the engine converts rows that are already deleted as well
  for (const [table, column] of places)
    await engine.execute(
      raw(
        `alter table ${table} alter ${column} type bigint using try_cast(regexp_replace(${column}, '\\.0+$', '') as bigint)`,
      ),
    );
}

/** Whether the ids were read as whole numbers. */
async function isWhole(engine: DuckDBEngine, table: string, column: string): Promise<boolean> {
  const { rows } = await engine.query(raw(`describe select ${column} from ${table}`));
  return rows[0]?.["column_type"] === "BIGINT";
}

/**
 * 007 and 7 are two customers as text and would be one as numbers. One table may write 007 and the other 7: what
 * counts is that no table has both.
 */
async function keepsApart(
  engine: DuckDBEngine,
  places: readonly (readonly [string, string])[],
): Promise<boolean> {
  for (const [table, column] of places) {
    const { rows } = await engine.query(
      raw(
        `select count(distinct ${column}) as ids, count(distinct try_cast(regexp_replace(${column}, '\\.0+$', '') as bigint)) as numbers from ${table}`,
      ),
    );
    if (rows[0]?.["ids"] !== rows[0]?.["numbers"]) return false;
  }
  return true;
}

/** What stands under the key in a row that sums the rows above. */
const summaries = ["total", "totals", "grand total", "subtotal", "sub total", "sum", "average", "mean"];

/** Leaves out rows without a key, which no other finding is then about: a row of totals is no customer. */
export async function leaveOutKeyless(
  engine: DuckDBEngine,
  { binding, name }: ReadTable,
  log: IssueLog,
): Promise<void> {
  const { key } = tables[binding.table];
  const isKeyless = (await isWhole(engine, name, key))
    ? `${key} is null`
    : `(${key} is null or rtrim(lower(trim(${key})), ':') in (${summaries.map((word) => `'${word}'`).join(", ")}))`;
  const { rows } = await engine.query(raw(`select count(*) as n from ${name} where ${isKeyless}`));
  if (rows[0]?.["n"] === 0) return;
  const keyless = `select row, ${key} as value from ${name} where ${isKeyless}`;
  await log.forget(binding.table, keyless);
  await log.addCells("missing_key", binding.table, key, keyless);
  await engine.execute(raw(`delete from ${name} where ${isKeyless}`));
}

/** The range that ids may lie in to be ticked off in a row of bits. */
const MOST_BITS = 1_000_000_000;

/** Whether no two rows have the same key. Ids that lie close are ticked off, a bit each, and grouped otherwise. */
async function isKey(engine: DuckDBEngine, table: string, key: string): Promise<boolean> {
  if (await isWhole(engine, table, key)) {
    const { rows: ends } = await engine.query(
      raw(`select min(${key}) as low, max(${key}) as high, count(${key}) as n from ${table}`),
    );
    const [low, high, n] = ["low", "high", "n"].map((name) => Number(ends[0]?.[name]));
    if (
      low !== undefined &&
      high !== undefined &&
      n !== undefined &&
      high - low < Math.min(MOST_BITS, 64 * n)
    ) {
      const { rows } = await engine.query(
        raw(
          `select bit_count(bitstring_agg(${key}, cast(${low} as bigint), cast(${high} as bigint))) as ids from ${table}`,
        ),
      );
      return rows[0]?.["ids"] === n;
    }
  }
  const { rows: repeated } = await engine.query(
    raw(`select 1 as found from ${table} group by ${key} having count(*) > 1 limit 1`),
  );
  return repeated.length === 0;
}

/** Makes the key a key: exact repetitions are removed, with an issue each; two different rows refuse the file. */
export async function settleKey(
  engine: DuckDBEngine,
  { binding, name, columns }: ReadTable,
  file: string,
  log: IssueLog,
): Promise<void> {
  const { key } = tables[binding.table];
  if (await isKey(engine, name, key)) return;
  const rest = columns.map(({ column }) => column).filter((column) => column !== key);
  const same = rest.map((column) => `r.${column} is not distinct from f.${column}`);
  const pairs = `(select ${key}, min(row) as first from ${name} group by ${key} having count(*) > 1) k
    join ${name} f on f.${key} = k.${key} and f.row = k.first
    join ${name} r on r.${key} = k.${key} and r.row > k.first`;
  const { rows: conflicts } = await engine.query(
    raw(`select cast(k.${key} as varchar) as id, count(*) as n from ${pairs}
      where not (${["true", ...same].join(" and ")}) group by k.${key} order by min(r.row) limit 5`),
  );
  if (conflicts.length > 0) {
    const ids = conflicts.map((row) => maskCardNumbers(String(row["id"]))).join(", ");
    throw refused(
      `${file}: rows of ${binding.table} that share a key but differ: ${key} ${ids}${conflicts.length === 5 ? ", …" : ""}`,
      `give a file with one row per ${binding.table === "users" ? "customer" : "card"}, or name the right key with --map ${binding.table}.${key}=HEADER`,
    );
  }
  await log.addCells(
    "duplicate_row",
    binding.table,
    key,
    `select r.row as row, cast(r.${key} as varchar) as value from ${pairs}`,
  );
  await log.keepKeys(binding.table, `select r.row as row, r.${key} as key from ${pairs}`);
  await engine.execute(raw(`delete from ${name} where row in (select r.row from ${pairs})`));
}

/** An id column before it is kept: the table it was loaded into, and SQL for its value there. */
export interface LoadedIds {
  readonly from: string;
  readonly value: string;
  readonly isWhole: boolean;
}

/** Card numbers are never a key: a column of them under an id's header is refused. */
export async function refuseCardNumbersAsKeys(
  engine: DuckDBEngine,
  { from, value }: LoadedIds,
  table: TableName,
  file: string,
): Promise<void> {
  const { key } = tables[table];
  const first = `(select cast(${value} as varchar) as id from ${from} where (${value}) is not null limit 1000) keys`;
  const { rows } = await engine.query(
    raw(
      `select count(*) as n, count(*) filter (where regexp_full_match(id, '[2-6]\\d{12,18}')) as long_ids from ${first}`,
    ),
  );
  const { n, long_ids } = rows[0] ?? {};
  if (Number(n) === 0 || Number(long_ids) < Number(n) * 0.9) return;
  const { rows: sample } = await engine.query(raw(`select id from ${first}`));
  const digits = sample.map((row) => String(row["id"])).filter((id) => /^\d+$/.test(id));
  const isRounded = digits.every((id) => id.length < 16 || id.endsWith("0"));
  if (digits.filter(passesLuhn).length > digits.length / 2 || (isRounded && digits.length > 1))
    throw refused(
      `${file}: ${key} holds card numbers`,
      `a card number is never a key: give a column with an id of its own with --map ${table}.${key}=HEADER`,
    );
}

/** SQL that is true for a card number in the wrong column: one of 13 to 19 digits among ids of another shape; undefined where there is none. */
export async function strayCardNumbers(
  engine: DuckDBEngine,
  { from, value, isWhole }: LoadedIds,
): Promise<string | undefined> {
  const hasDigits = `regexp_full_match(cast(${value} as varchar), '[2-6]\\d{12,18}')`;
  const isLong = isWhole ? `case when ${value} >= 2000000000000 then ${hasDigits} end` : hasDigits;
  const { rows } = await engine.query(
    raw(`select count(${value}) as n, count(*) filter (where ${isLong}) as long_ids from ${from}`),
  );
  const { n, long_ids } = rows[0] ?? {};
  return long_ids === 0 || Number(long_ids) > Number(n) / 2 ? undefined : isLong;
}

/** ISO/IEC 7812-1, annex B. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
