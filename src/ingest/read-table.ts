import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { IssueCode } from "../schema/issues.ts";
import type { Field } from "../schema/tables.ts";
import { literal, raw } from "../sql/statement.ts";
import { type Binding, tables } from "./bind.ts";
import { coordinateDay, looksLikeDay } from "./damage.ts";
import { infer } from "./infer.ts";
import type { Inferred } from "./inferred.ts";
import type { IssueLog } from "./issue-log.ts";
import { FORMULA_WITHOUT_VALUE, isError, isMissingToken } from "./missing.ts";
import { textOf } from "./raw-table.ts";
import type { SourceTable } from "./source-table.ts";

/** A table read from its source: every row with a value per bound column, before keys and relations. */
export interface ReadTable {
  readonly binding: Binding;
  /** Name of the table in the database: `row`, then one column per bound column. */
  readonly name: string;
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

/** Loads the bound columns, finds how each is written, reads every cell, and logs what could not be read. */
export async function readTable(
  engine: DuckDBEngine,
  source: SourceTable,
  binding: Binding,
  standins: Standins,
  log: IssueLog,
): Promise<ReadTable> {
  const table = binding.table;
  const { fields, key } = tables[table];
  const rawName = `raw_${table}`;
  const wanted = [...binding.columns].map(([name, index]) => ({
    name,
    index,
    cardNumber: fields[name]?.reading === "card_number",
  }));
  const loaded = await source.load(engine, rawName, wanted, binding.headerRow);
  for (const row of loaded.malformed) await log.add("malformed_row", table, null, row, null);

  const described = await engine.query(raw(`describe ${rawName}`));
  const types = new Map(
    described.rows.map((row) => [String(row["column_name"]), String(row["column_type"])]),
  );
  const columns: Inferred[] = [];
  for (const { name } of wanted) {
    const field = fields[name];
    if (field !== undefined)
      columns.push(await infer(engine, rawName, { column: name, field, type: types.get(name) ?? "VARCHAR" }));
  }
  settleSiblings(columns);

  const kept = new Map<string, string>();
  for (const column of columns) kept.set(column.column, await finish(engine, rawName, column));
  const values = [...kept].map(([column, value]) => `${value} as ${column}`);
  if (standins.key === "row number") values.push(`${rowNumber(kept)} as ${key}`);
  const isBlank = columns.map(
    (c) => `(${c.column} is null${c.type === "VARCHAR" ? ` or trim(${c.column}) = ''` : ""})`,
  );
  const name = `read_${table}`;
  await engine.execute(
    raw(`create or replace temp table ${name} as
      select cast(${loaded.row} as bigint) as row, ${values.join(", ")}
      from ${rawName} where not (${isBlank.join(" and ")})`),
  );
  if (standins.key === "user and card index")
    await engine.execute(raw(`update ${name} set ${key} = user_id || '-' || ${key}`));
  for (const column of columns)
    await logCells(rawName, loaded.row, column, kept.get(column.column) ?? "null", table, log);
  await checkRanges(engine, name, columns, table, log);
  await engine.execute(raw(`drop table ${rawName}`));
  const { rows } = await engine.query(raw(`select count(*) as n from ${name}`));
  return { binding, name, columns, rows: Number(rows[0]?.["n"] ?? 0) };
}

/** A row without an age and a score is no customer's: it sums the others. */
function rowNumber(kept: ReadonlyMap<string, string>): string {
  const own = ["age", "credit_score"].flatMap((column) => kept.get(column) ?? []);
  return `case when coalesce(${["null", ...own].join(", ")}) is not null then cast(rowid as varchar) end`;
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
  if (field.reading === "month") return `cast(date_trunc('month', ${value}) as date)`;
  return `cast(${value} as ${sqlType(field)})`;
}

/** Numbers of sixteen digits that all end in 0 were rounded, whatever wrote them. */
async function unrounded(engine: DuckDBEngine, rawName: string, { text, value }: Inferred): Promise<string> {
  const long = `regexp_full_match(${text}, '1[6-9]:\\d*')`;
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
  if (column.readsAll) return;
  if (column.isOwn !== undefined)
    await add(
      "mixed_notation",
      cells(`${text} is not null and (${value}) is not null and not ${column.isOwn}`),
    );
  const isDamaged = field.reading === "month" ? "false" : looksLikeDay(text);
  const candidates = `${shown} || coalesce(' (' || ${coordinateDay(text).label} || ')', '')`;
  await add(
    "date_in_number",
    cells(
      `${text} is not null and (${value}) is null and ${isDamaged}`,
      isCoordinate(column) ? candidates : shown,
    ),
  );
  await add("unreadable_value", cells(`${text} is not null and (${value}) is null and not ${isDamaged}`));
}

export const isCoordinate = ({ column }: Pick<Inferred, "column">): boolean =>
  column === "latitude" || column === "longitude";

/** What has 13 digits or more is no amount; it may be a card number in the wrong column. */
const ANY_AMOUNT = [-1e12, 1e12] as const;
const isNumeric = (reading: Field["reading"]) => ["integer", "number", "usd"].includes(reading);

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
  const checks = columns.flatMap(({ column, field: { reading, possible, plausible } }) => [
    ...(isNumeric(reading)
      ? [{ column, where: outside(column, possible ?? ANY_AMOUNT), isPossible: false }]
      : []),
    ...(plausible === undefined ? [] : [{ column, where: outside(column, plausible), isPossible: true }]),
  ]);
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
