import type { DuckDBEngine } from "../engines/duckdb.ts";
import { refused } from "../errors.ts";
import { whole } from "../schema/format.ts";
import { maskCardNumbers } from "../schema/mask.ts";
import { raw } from "../sql/statement.ts";
import { cellOf, type LoadedColumn } from "./borrower-cells.ts";
import { passesLuhn } from "./keys.ts";

/** How the rows of a table are told apart. */
export interface Keys {
  /** SQL for the key as text. */
  readonly key: string;
  readonly notes: readonly string[];
}

/** Whether a column could be a key: most of its cells are different. Those that are not are for `settleKey`. */
export async function namesRows(engine: DuckDBEngine, table: string, column: LoadedColumn): Promise<boolean> {
  // what R calls X counts the rows; any other X is a measure
  if (column.name === "X") return countsRows(engine, table, column);
  const { rows } = await engine.query(
    raw(`select count(*) as n, count(distinct cell) as d, count(cell) as filled
      from (select ${cellOf(column)} as cell from ${table}) cells`),
  );
  const [n, d, filled] = ["n", "d", "filled"].map((name) => Number(rows[0]?.[name])) as [
    number,
    number,
    number,
  ];
  return filled > n / 2 && d > filled / 2;
}

/** Whether a column counts the rows: whole numbers without a gap, each once. */
export async function countsRows(
  engine: DuckDBEngine,
  table: string,
  { column, type }: LoadedColumn,
): Promise<boolean> {
  const value = type === "DOUBLE" ? column : `try_cast(${column} as double)`;
  const { rows } = await engine.query(
    raw(`select count(*) as n, max(${value}) - min(${value}) as range,
      bool_and(${value} = trunc(${value})) as is_whole from ${table}`),
  );
  const { n, range, is_whole } = rows[0] ?? {};
  // a few rows may well have a few values in a row
  if (Number(n) < 20 || range === null || Number(range) !== Number(n) - 1 || is_whole !== true) return false;
  const { rows: distinct } = await engine.query(raw(`select count(distinct ${value}) as d from ${table}`));
  return distinct[0]?.["d"] === n;
}

/**
 * Makes a column the key: rows without one and exact repetitions go, and are told; rows that share a key and differ
 * refuse the file.
 */
export async function settleKey(
  engine: DuckDBEngine,
  table: string,
  key: LoadedColumn,
  columns: readonly LoadedColumn[],
  file: string,
): Promise<Keys> {
  const name = JSON.stringify(key.name);
  const cell = cellOf(key);
  const notes: string[] = [];
  const count = async (what: string) => {
    const { rows } = await engine.query(raw(`select count(*) as n from ${what}`));
    return Number(rows[0]?.["n"]);
  };
  const { rows: sample } = await engine.query(raw(`select ${cell} as id from ${table} limit 1000`));
  const digits = sample.map((row) => String(row["id"])).filter((id) => /^[2-6]\d{12,18}$/.test(id));
  if (digits.length >= sample.length * 0.9 && digits.filter(passesLuhn).length > digits.length / 2)
    throw refused(
      `${file}: ${name} holds card numbers`,
      "a card number is never a key: name another column with --id",
    );
  const keyless = await count(`${table} where ${cell} is null`);
  if (keyless > 0) {
    await engine.execute(raw(`delete from ${table} where ${cell} is null`));
    notes.push(
      `${whole(keyless)} ${keyless === 1 ? "row has" : "rows have"} no ${name} and ${keyless === 1 ? "was" : "were"} left out`,
    );
  }
  const isRepeated = await count(
    `(select 1 from ${table} group by ${cell} having count(*) > 1 limit 1) repeated`,
  );
  if (isRepeated === 0) return { key: cell, notes };
  const rest = columns.filter(({ column }) => column !== key.column).map(({ column }) => column);
  const same = rest.map((column) => `r.${column} is not distinct from f.${column}`);
  const pairs = `(select ${cell} as id, min(row) as first from ${table} group by ${cell} having count(*) > 1) k
    join (select ${cell} as id, * from ${table}) f on f.id = k.id and f.row = k.first
    join (select ${cell} as id, * from ${table}) r on r.id = k.id and r.row > k.first`;
  const { rows: conflicts } = await engine.query(
    raw(
      `select k.id as id from ${pairs} where not (${["true", ...same].join(" and ")}) group by k.id order by min(r.row) limit 5`,
    ),
  );
  if (conflicts.length > 0) {
    const ids = conflicts.map((row) => maskCardNumbers(String(row["id"]))).join(", ");
    throw refused(
      `${file}: rows that share ${name} but differ: ${ids}${conflicts.length === 5 ? ", …" : ""}`,
      "give a file with one row per borrower, or name the right key with --id; without a key, leave that column out with --exclude",
    );
  }
  const repeated = await count(pairs);
  if (repeated > 0) {
    await engine.execute(raw(`delete from ${table} where row in (select r.row from ${pairs})`));
    notes.push(
      `${whole(repeated)} exact ${repeated === 1 ? "repetition" : "repetitions"} of a row ${repeated === 1 ? "was" : "were"} left out`,
    );
  }
  return { key: cell, notes };
}

/**
 * Rows without a key are told apart by what they hold, so that their order does not matter; equal rows by a count.
 */
export function keyOfContent(columns: readonly LoadedColumn[]): string {
  const sorted = columns.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const cells = sorted.map((column) => `coalesce(${cellOf(column)}, '')`).join(", ");
  const hash = `md5(concat_ws(chr(31), ${cells}))`;
  return `${hash} || '-' || row_number() over (partition by ${hash} order by row)`;
}
