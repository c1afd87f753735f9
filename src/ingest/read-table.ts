import type { DuckDBEngine } from "../engines/duckdb.ts";
import { type OnDone, partsOf } from "../progress.ts";
import type { IssueCode } from "../schema/issues.ts";
import type { Field } from "../schema/tables.ts";
import { literal, raw } from "../sql/statement.ts";
import { type Binding, type TableName, tables } from "./bind.ts";
import { coordinateDay, looksLikeDay } from "./damage.ts";
import { inferAll } from "./infer.ts";
import type { Inferred, RawColumn } from "./inferred.ts";
import type { IssueLog } from "./issue-log.ts";
import { refuseCardNumbersAsKeys, strayCardNumbers } from "./keys.ts";
import { FORMULA_WITHOUT_VALUE, isError, isMissingToken } from "./missing.ts";
import { textOf } from "./raw-table.ts";
import { loadScanned } from "./scanned.ts";
import { createTable, LOADING, type SourceTable, type Watch } from "./source-table.ts";

/** The bound columns of a source in the database, before their notations are known. */
export interface LoadedTable {
  readonly binding: Binding;
  readonly name: string;
  /** SQL for the row in the file. */
  readonly row: string;
  readonly columns: readonly RawColumn[];
}

/** A table read from its source: every row with a value per bound column, before keys and relations. */
export interface ReadTable {
  readonly binding: Binding;
  /** The canonical table, whose columns are null where unbound, with a column `row` at its end while files are read. */
  readonly name: TableName;
  readonly columns: readonly Inferred[];
  readonly rows: number;
}

/** What the users file of the IBM set lacks: its cards name customers by row number, from 0. */
export interface Standins {
  /** SQL for the key where no header is bound to it. */
  readonly key?: "row number" | "user and card index";
}

const SQL_TYPES: Readonly<Record<Field["reading"], string>> = {
  id: "varchar",
  integer: "double",
  number: "double",
  usd: "double",
  month: "date",
  flag: "boolean",
  text: "varchar",
  category: "varchar",
  card_number: "varchar",
};

export const sqlType = (field: Field): string => SQL_TYPES[field.reading];

/** Loads the bound columns, and nothing else. */
export async function loadTable(
  engine: DuckDBEngine,
  source: SourceTable,
  binding: Binding,
  log: IssueLog,
  watch: Watch,
): Promise<LoadedTable> {
  const { table, headerRow } = binding;
  const { fields } = tables[table];
  const name = `${LOADING}.raw_${table}`;
  const bound = [...binding.columns].flatMap(([column, index]) => {
    const field = fields[column];
    return field === undefined ? [] : [{ column, field, index }];
  });
  const wanted = bound.map(({ column, field, index }) => ({
    name: column,
    index,
    cardNumber: field.reading === "card_number",
  }));
  const scan = source.scan?.(engine, wanted, headerRow);
  if (scan !== undefined) {
    const columns = await loadScanned(engine, scan, name, bound, watch);
    if (columns !== undefined) return { binding, name, row: scan.row, columns };
  }
  const loaded = await source.load(engine, name, wanted, headerRow, watch);
  for (const row of loaded.malformed) await log.add("malformed_row", table, null, row, null);
  const described = await engine.query(raw(`describe ${name}`));
  const types = new Map(
    described.rows.map((row) => [String(row["column_name"]), String(row["column_type"])]),
  );
  const columns = bound.map(({ column, field }) => ({ column, field, type: types.get(column) ?? "VARCHAR" }));
  return { binding, name, row: loaded.row, columns };
}

/** About the time that each takes. */
const WEIGHTS = { infer: 25, make: 65, log: 10 };

/** Finds how each column is written, reads every cell, and logs what could not be read. `file` is for messages. */
export async function readTable(
  engine: DuckDBEngine,
  loaded: LoadedTable,
  file: string,
  standins: Standins,
  log: IssueLog,
  onDone?: OnDone,
): Promise<ReadTable> {
  const { binding, name: rawName } = loaded;
  const table = binding.table;
  const { fields, key } = tables[table];
  const done = partsOf(onDone, WEIGHTS);
  const columns = await inferAll(engine, rawName, loaded.columns, done?.infer);
  settleSiblings(columns);

  const values = new Map<string, string>();
  for (const column of columns) values.set(column.column, await finish(engine, rawName, column));
  const kept = new Map(values);
  const strays = new Map<string, string>();
  for (const { column, field, isWholeId = false } of columns) {
    const value = values.get(column);
    if (field.reading !== "id" || value === undefined) continue;
    const ids = { from: rawName, value, isWhole: isWholeId };
    if (column === key) await refuseCardNumbersAsKeys(engine, ids, table, file);
    const isStray = await strayCardNumbers(engine, ids);
    if (isStray === undefined) continue;
    // before the table is made that is kept
    kept.set(column, `case when not coalesce(${isStray}, false) then ${value} end`);
    strays.set(column, isStray);
  }
  if (standins.key === "row number") kept.set(key, rowNumber(values));
  if (standins.key === "user and card index")
    kept.set(key, `cast(${kept.get("user_id")} as varchar) || '-' || cast(${kept.get(key)} as varchar)`);
  const selected = Object.entries(fields).map(
    ([column, field]) => `${kept.get(column) ?? `cast(null as ${sqlType(field)})`} as ${column}`,
  );
  const isBlank = columns.map(
    (c) => `(${c.column} is null${c.type === "VARCHAR" ? ` or trim(${c.column}) = ''` : ""})`,
  );
  await engine.execute(
    raw(`create or replace table ${table} as
      select ${selected.join(", ")}, cast(${loaded.row} as bigint) as row
      from ${rawName} where not (${isBlank.join(" and ")})`),
    done?.make,
  );
  for (const [i, column] of columns.entries()) {
    await logCells(engine, rawName, loaded.row, column, values.get(column.column) ?? "null", table, log);
    done?.log(i / columns.length);
  }
  for (const [column, isStray] of strays)
    await log.addCells(
      "unreadable_value",
      table,
      column,
      `select ${loaded.row} as row, ${values.get(column)} as value from ${rawName} where ${isStray}`,
    );
  await checkRanges(engine, table, columns, table, log);
  await engine.execute(raw(`drop table ${rawName}`));
  const { rows } = await engine.query(raw(`select count(*) as n from ${table}`));
  return { binding, name: table, columns, rows: Number(rows[0]?.["n"] ?? 0) };
}

/** A row without an age and a score is no customer's: it sums the others. */
function rowNumber(kept: ReadonlyMap<string, string>): string {
  const own = ["age", "credit_score"].flatMap((column) => kept.get(column) ?? []);
  return `case when coalesce(${["null", ...own].join(", ")}) is not null then cast(rowid as bigint) end`;
}

/** A column of months without a trace of its own follows its sibling, which the same spreadsheet retyped. */
function settleSiblings(columns: Inferred[]): void {
  const maybe = columns.filter((c) => c.ifRetyped !== undefined);
  // cards do not all open and expire in one year
  const shared = maybe.length > 1 && maybe.every((c) => c.ifRetyped?.year === maybe[0]?.ifRetyped?.year);
  const year =
    columns.find((c) => c.retypedIn !== undefined)?.retypedIn ??
    (shared ? maybe[0]?.ifRetyped?.year : undefined);
  if (year === undefined) return;
  columns.forEach((column, i) => {
    if (column.field.reading === "month" && column.retypedIn === undefined && column.ifRetyped?.year === year)
      columns[i] = { ...column, ...column.ifRetyped.as };
  });
}

/** SQL for the value that the canonical table holds. */
async function finish(engine: DuckDBEngine, rawName: string, column: Inferred): Promise<string> {
  const { field, value } = column;
  if (column.column === "card_last4") return unrounded(engine, rawName, column);
  // whichever day of it the file names
  if (field.reading === "month" && !isMonth(column)) return `cast(date_trunc('month', ${value}) as date)`;
  // a byte per cell instead of 16, here and in each model that passes the column on
  if (column.words !== undefined) return `cast(${value} as enum (${column.words.map(literal).join(", ")}))`;
  return `cast(${value} as ${column.isWholeId ? "bigint" : sqlType(field)})`;
}

/** Whether the cells named months, which a reader made the first days of. */
const isMonth = ({ readAs, retypedIn }: Inferred): boolean =>
  readAs?.native?.type === "DATE" && readAs.isDay !== true && retypedIn === undefined;

/** Numbers of sixteen digits that all end in 0 were rounded, whatever wrote them. */
async function unrounded(engine: DuckDBEngine, rawName: string, { text, value }: Inferred): Promise<string> {
  const long = `left(${text}, 3) in ('16:', '17:', '18:', '19:')`;
  const { rows } = await engine.query(
    raw(
      `select count(*) as n, count(*) filter (where ${text} like '%0') as zero from ${rawName} where ${long}`,
    ),
  );
  const isRounded = Number(rows[0]?.["n"]) > 1 && rows[0]?.["n"] === rows[0]?.["zero"];
  return isRounded ? `case when not ${long} then ${value} end` : value;
}

/** One finding per cell that was repaired, or could not be read. */
async function logCells(
  engine: DuckDBEngine,
  rawName: string,
  row: string,
  column: Inferred,
  kept: string,
  table: Binding["table"],
  log: IssueLog,
): Promise<void> {
  const { field, text, value } = column;
  const shown = textOf(column.column, column.type);
  const cells = (where: string, what = shown) =>
    `select ${row} as row, ${what} as value from ${rawName} where ${where}`;
  const add = (code: IssueCode, sql: string) => log.addCells(code, table, column.column, sql);
  if (column.tokens > 0) await add("missing_token", cells(isMissingToken(shown)));
  if (column.errors > 0) {
    const isFormula = `trim(${shown}) = ${literal(FORMULA_WITHOUT_VALUE)}`;
    await add("formula_without_value", cells(isFormula, "null"));
    await add("error_cell", cells(`${isError(shown)} and not ${isFormula}`));
  }
  if (column.filled === 0) await log.add("empty_column", table, column.column, null, null);
  if (column.isAmbiguousOrder)
    await log.add("ambiguous_date_order", table, column.column, null, column.notation);
  if (column.retypedIn !== undefined)
    await add("retyped_month", cells(`year(${column.untouched ?? value}) = ${column.retypedIn}`));
  if (field.reading === "card_number") {
    await add("rounded_card_number", cells(`${text} is not null and (${kept}) is null`, "null"));
    return;
  }
  if (column.unknown) await add("unknown_value", cells(`${text} is not null and (${kept}) is null`));
  if (!column.readsAll) await logOdd(engine, rawName, row, column, table, log);
}

/**
 * Cells in another notation than the column's, and those in none. They are few and taken out first: what is asked of each
 * is long in SQL, and planned and run for every cell otherwise.
 */
async function logOdd(
  engine: DuckDBEngine,
  rawName: string,
  row: string,
  { column, field, type, text, value, isOwn = "true" }: Inferred,
  table: Binding["table"],
  log: IssueLog,
): Promise<void> {
  const odd = `${LOADING}.odd_${table}`;
  await engine.execute(
    raw(`${createTable(odd)} as
      select ${row} as row, ${textOf(column, type)} as value, ${text} as cell, (${value}) is not null as is_read
      from ${rawName} where ${text} is not null and ((${value}) is null or not ${isOwn})`),
  );
  const isDay = field.reading === "month" ? "false" : looksLikeDay("cell");
  const { rows } = await engine.query(
    raw(`select count(*) filter (where is_read) as mixed, count(*) filter (where not is_read and ${isDay}) as days,
        count(*) filter (where not is_read and not ${isDay}) as unreadable
      from ${odd}`),
  );
  const add = async (code: IssueCode, n: unknown, where: string, what = "value") => {
    if (n !== 0)
      await log.addCells(code, table, column, `select row, ${what} as value from ${odd} where ${where}`);
  };
  const candidates = `value || coalesce(' (' || ${coordinateDay("cell").label} || ')', '')`;
  await add("mixed_notation", rows[0]?.["mixed"], "is_read");
  await add(
    "date_in_number",
    rows[0]?.["days"],
    `not is_read and ${isDay}`,
    isCoordinate({ column }) ? candidates : "value",
  );
  await add("unreadable_value", rows[0]?.["unreadable"], `not is_read and not ${isDay}`);
}

export const isCoordinate = ({ column }: Pick<Inferred, "column">): boolean =>
  column === "latitude" || column === "longitude";

/** What has 13 digits or more is no amount; it may be a card number in the wrong column. */
const ANY_AMOUNT = [-1e12, 1e12] as const;
const isNumeric = (reading: Field["reading"]) => ["integer", "number", "usd"].includes(reading);

/** The least and the greatest value of columns, which the engine has sooner than it counts what lies outside of a range. */
async function endsOf(
  engine: DuckDBEngine,
  name: string,
  columns: readonly string[],
): Promise<ReadonlyMap<string, readonly [low: number, high: number]>> {
  if (columns.length === 0) return new Map();
  const asked = columns.map((column, i) => `min(${column}) as low${i}, max(${column}) as high${i}`);
  const { rows } = await engine.query(raw(`select ${asked.join(", ")} from ${name}`));
  return new Map(
    columns.flatMap((column, i) => {
      const [low, high] = [rows[0]?.[`low${i}`], rows[0]?.[`high${i}`]];
      return typeof low === "number" && typeof high === "number" ? [[column, [low, high]]] : [];
    }),
  );
}

/** Impossible values become missing; doubtful ones stay. */
async function checkRanges(
  engine: DuckDBEngine,
  name: string,
  columns: readonly Inferred[],
  table: Binding["table"],
  log: IssueLog,
): Promise<void> {
  const outside = (column: string, [low, high]: readonly [number, number]) =>
    `${column} is not null and not (${column} between ${low} and ${high})`;
  const ranges = columns.flatMap(({ column, field: { reading, possible, plausible } }) => [
    ...(isNumeric(reading) ? [{ column, range: possible ?? ANY_AMOUNT, isPossible: false }] : []),
    ...(plausible === undefined ? [] : [{ column, range: plausible, isPossible: true }]),
  ]);
  const ends = await endsOf(engine, name, [...new Set(ranges.map(({ column }) => column))]);
  const checks = ranges.flatMap(({ column, range, isPossible }) => {
    const [low, high] = ends.get(column) ?? [];
    const isWithin = low !== undefined && high !== undefined && low >= range[0] && high <= range[1];
    return isWithin ? [] : [{ column, where: outside(column, range), isPossible }];
  });
  if (checks.length === 0) return;
  const counts = checks.map(({ where }, i) => `count(*) filter (where ${where}) as n${i}`);
  const { rows } = await engine.query(raw(`select ${counts.join(", ")} from ${name}`));
  for (const [i, { column, where, isPossible }] of checks.entries()) {
    if (rows[0]?.[`n${i}`] === 0) continue;
    const cells = (condition: string) =>
      `select row, ${textOf(column, "DOUBLE")} as value from ${name} where ${condition}`;
    if (isPossible) {
      await log.addCells("implausible_value", table, column, cells(where));
      continue;
    }
    const isDay = isCoordinate({ column })
      ? `${column} between 36526 and 54788 and ${column} = trunc(${column})`
      : "false";
    await log.addCells("date_in_number", table, column, cells(`${where} and ${isDay}`));
    await log.addCells("out_of_range", table, column, cells(`${where} and not (${isDay})`));
    await engine.execute(raw(`update ${name} set ${column} = null where ${where}`));
  }
}
