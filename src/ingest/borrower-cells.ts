import type { DuckDBEngine } from "../engines/duckdb.ts";
import { wordsOf } from "../schema/barred.ts";
import { monthField, numberField } from "../schema/tables.ts";
import { literal, raw } from "../sql/statement.ts";
import { infer } from "./infer.ts";
import { fullMatch, isError, isMissingToken } from "./missing.ts";
import { notations } from "./notations.ts";
import { textOf } from "./raw-table.ts";

/** A column as it was loaded and cleaned. */
export interface LoadedColumn {
  /** Its name in the database. */
  readonly column: string;
  /** Its name in the file. */
  readonly name: string;
  /** VARCHAR, DOUBLE, DATE or BOOLEAN. */
  readonly type: string;
}

/** What a column turned out to hold. */
export type CellsRead =
  | {
      readonly kind: "number";
      /** SQL. */
      readonly value: string;
      readonly notation: string;
      /** Cells that hold something and are no number: they count as missing. */
      readonly unreadable: number;
    }
  | {
      readonly kind: "category";
      /** SQL for the level as text; null where missing. */
      readonly text: string;
      readonly levels: readonly string[];
    }
  | { readonly kind: "words"; readonly distinct: number }
  | { readonly kind: "date" }
  | { readonly kind: "empty" };

/** Of so many cells must be numbers, or days: a stray word does not unmake a column. */
const MOST = 0.9;
/** Levels of a category; more where each of them has many rows. */
const FEW_LEVELS = 50;
const MANY_LEVELS = 200;
const ROWS_PER_LEVEL = 100;

const number = "[-+]?(?:\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?";
/** "36 months", "10+ years", "< 1 year", "3+" */
const withUnit = `[<>~≤≥]?\\s*${number}\\s*\\+?\\s*(?:[A-Za-z]{1,12}\\.?)?`;
const unitOf = (x: string) =>
  `nullif(regexp_replace(lower(regexp_extract(${x}, '[0-9.+ ]([A-Za-z]{1,12})\\.?$', 1)), 's$', ''), '')`;
const percent = "[-+]?\\d[\\d.,]*\\s*%";
const days = notations.month
  // numbers first: 42 736 may be a day of a spreadsheet, and is an amount
  .filter(({ name }) => !["spreadsheet day number", "yyyymmdd", "yyyymm"].includes(name))
  .map(({ pattern }) => `(?:${pattern})`)
  .join("|");

/** SQL for a cell without what means missing in any column; "none" and "unknown" may be levels. */
export function cleaned(column: string, type: string): string {
  if (type !== "VARCHAR") return column;
  const text = `trim(${column}, ${literal(" \t\u00a0\u202f")})`;
  // most cells are numbers, and what else they could be is dear to ask
  return `case when isfinite(try_cast(${column} as double)) then trim(${column})
    when lower(${text}) not in ('', '.', '?', 'na', 'n/a', 'nan', 'null') and not ${isError(text)} then ${text} end`;
}

/** SQL for a cell of a column that was cleaned, as text. */
export const cellOf = ({ column, type }: LoadedColumn): string => textOf(column, type);

/** Finds what a column holds from the whole of it; as a `kind` where that is known from a model. */
export async function readCells(
  engine: DuckDBEngine,
  table: string,
  loaded: LoadedColumn,
  known?: "number" | "category",
): Promise<CellsRead> {
  const { column, type } = loaded;
  if (known === "category") return readWords(engine, table, cellOf(loaded), true);
  if (type === "DATE" && known === "number") {
    // what a spreadsheet made a day of is no amount any more
    const [unreadable = 0] = await counts(engine, table, [`count(${column})`]);
    return { kind: "number", value: "cast(null as double)", notation: "number", unreadable };
  }
  if (type === "DATE") return { kind: "date" };
  if (type === "DOUBLE") {
    const [filled = 0, low = 0, high = 0] = await counts(engine, table, [
      `count(*) filter (where isfinite(${column}))`,
      `min(${column}) filter (where isfinite(${column}))`,
      `max(${column}) filter (where isfinite(${column}))`,
    ]);
    if (filled === 0 && known === undefined) return { kind: "empty" };
    if (known === undefined && isDayNumber(loaded.name, low, high)) return { kind: "date" };
    return { kind: "number", value: column, notation: "number", unreadable: 0 };
  }
  if (type === "BOOLEAN") {
    // a model that learnt from 0 and 1 takes true and false
    const value = `cast(${column} as double)`;
    return known === "number"
      ? { kind: "number", value, notation: "true/false", unreadable: 0 }
      : readWords(engine, table, textOf(column, type), false);
  }
  const written = cellOf(loaded);
  const isWord = `(${isMissingToken("cell")})`;
  // the usual case at little cost: every cell is a plain number
  const cast = "try_cast(cell as double)";
  const [cells = 0, words = 0, casts = 0, low = 0, high = 0] = await counts(
    engine,
    `(select ${written} as cell from ${table}) cells where cell is not null`,
    [
      "count(*)",
      `count(*) filter (where ${cast} is null and ${isWord})`,
      `count(${cast})`,
      `min(${cast})`,
      `max(${cast})`,
    ],
  );
  if (casts > 0 && casts + words === cells) {
    if (known === undefined && isDayNumber(loaded.name, low, high)) return { kind: "date" };
    return { kind: "number", value: `try_cast(${column} as double)`, notation: "number", unreadable: 0 };
  }
  const hasCommas = await hasDecimalCommas(engine, table, written);
  const text = hasCommas ? `replace(replace(${written}, '.', ''), ',', '.')` : written;
  const [filled = 0, digits = 0, units = 0, plain = 0, percents = 0, dates = 0, kinds = 0] = await counts(
    engine,
    `(select ${text} as cell from ${table}) cells where cell is not null and not ${isWord}`,
    [
      "count(*)",
      "count(*) filter (where regexp_matches(cell, '[0-9]'))",
      `count(*) filter (where ${fullMatch("cell", withUnit)})`,
      `count(*) filter (where ${fullMatch("cell", number)})`,
      `count(*) filter (where ${fullMatch("cell", percent)})`,
      `count(*) filter (where ${fullMatch("cell", days)})`,
      `count(distinct ${unitOf("cell")})`,
    ],
  );
  if (filled === 0) {
    // only words for missing are there, and they tell nothing
    return known === "number"
      ? { kind: "number", value: "cast(null as double)", notation: "number", unreadable: 0 }
      : { kind: "empty" };
  }
  if (known === undefined && dates >= MOST * filled && plain < MOST * filled) return { kind: "date" };
  if (known === undefined && digits < MOST * filled) return readWords(engine, table, written, false);
  const read = await readNumbers(engine, table, text, {
    isUnit: units >= MOST * filled && plain < units && kinds <= 1,
    isPercent: percents > 0,
  });
  if (known === undefined && read.numbers < MOST * filled) return readWords(engine, table, written, false);
  return { kind: "number", value: read.value, notation: read.notation, unreadable: filled - read.numbers };
}

/**
 * Whether a column writes 0.086 as 0,086. No thousands begin with 0, so one such cell tells, where no other cell
 * gainsays it; elsewhere most commas must stand before other than three digits.
 */
async function hasDecimalCommas(engine: DuckDBEngine, table: string, text: string): Promise<boolean> {
  const like = (pattern: string) => `count(*) filter (where ${fullMatch("cell", pattern)})`;
  const [digits = 0, fitting = 0, fractions = 0, commas = 0, thousands = 0] = await counts(
    engine,
    `(select ${text} as cell from ${table}) cells where regexp_matches(cell, '[0-9]')`,
    [
      "count(*)",
      like("[^\\d.,]*(?:\\d{1,3}(?:\\.\\d{3})+|\\d+)(?:,\\d+)?[^\\d.,]*"),
      like("\\D*0,\\d+\\D*"),
      "count(*) filter (where contains(cell, ','))",
      like("\\D*[1-9]\\d{0,2},\\d{3}\\D*"),
    ],
  );
  return fitting === digits && (fractions > 0 || commas > 2 * thousands);
}

/** The notation of a column of numbers; a percent sign divides by 100, so that 13.5% and 0.135 are one value. */
async function readNumbers(
  engine: DuckDBEngine,
  table: string,
  text: string,
  { isUnit, isPercent }: { isUnit: boolean; isPercent: boolean },
): Promise<{ value: string; notation: string; numbers: number }> {
  const column = isUnit
    ? `regexp_extract(${text}, ${literal(`^[<>~≤≥]?\\s*(${number})`)}, 1)`
    : isPercent
      ? `regexp_replace(${text}, '\\s*%$', '')`
      : text;
  const inferred = await infer(engine, table, { column, field: numberField("", ""), type: "VARCHAR" });
  const { value } = inferred;
  const [numbers = 0] = await counts(engine, table, [`count(${value})`]);
  if (isUnit) return { value, notation: "number with a unit", numbers };
  if (!isPercent) return { value, notation: inferred.notation, numbers };
  const sign = `${text} like '%\\%' escape '\\'`;
  const [signed = Number.NaN, unsigned = Number.NaN] = await counts(engine, table, [
    `median(abs(${value})) filter (where ${sign})`,
    `median(abs(${value})) filter (where not (${sign}))`,
  ]);
  // 13.5 beside 14.2% is written in hundredths as well, 0.135 is not
  const arePoints = unsigned > signed / 10;
  // 5.77 / 100 is not quite 0.0577, and a bin may begin there
  const part = `round((${value}) / 100, 12)`;
  return {
    value: arePoints ? part : `case when ${sign} then ${part} else (${value}) end`,
    notation: "percent",
    numbers,
  };
}

/** 201512 or 20151231 under a header that speaks of a time is a day. */
function isDayNumber(name: string, low: number, high: number): boolean {
  if (!wordsOf(name).some((word) => /^(?:date|dt|day|month|period|vintage|yearmonth|yyyymm|d)$/.test(word)))
    return false;
  const isDay = (n: number) => n >= 19_000_101 && n <= 20_991_231;
  const isMonth = (n: number) => n >= 190_001 && n <= 209_912 && n % 100 >= 1 && n % 100 <= 12;
  return (isDay(low) && isDay(high)) || (isMonth(low) && isMonth(high));
}

async function readWords(
  engine: DuckDBEngine,
  table: string,
  text: string,
  isKnown: boolean,
): Promise<CellsRead> {
  const { rows } = await engine.query(
    raw(`select cell, count(*) as n from (select ${text} as cell from ${table}) cells
      where cell is not null group by cell order by n desc, cell limit 10001`),
  );
  if (rows.length === 0 && !isKnown) return { kind: "empty" };
  const filled = rows.reduce((sum, row) => sum + Number(row["n"]), 0);
  const most =
    filled >= rows.length * ROWS_PER_LEVEL ? MANY_LEVELS : Math.min(FEW_LEVELS, Math.max(2, filled / 4));
  if (!isKnown && rows.length > most) return { kind: "words", distinct: rows.length };
  return { kind: "category", text, levels: rows.map((row) => String(row["cell"])).sort(byText) };
}

/** Not by locale: the same file gives the same order everywhere. */
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** SQL for the day of a cell as days since 1970, and null where it is none. */
export async function readDays(engine: DuckDBEngine, table: string, loaded: LoadedColumn): Promise<string> {
  const day = (value: string) => `date_diff('day', date '1970-01-01', cast(${value} as date))`;
  if (loaded.type === "DATE") return day(loaded.column);
  const { value } = await infer(engine, table, {
    column: cellOf(loaded),
    field: monthField("", ""),
    type: "VARCHAR",
  });
  return day(value);
}

async function counts(engine: DuckDBEngine, from: string, what: readonly string[]): Promise<number[]> {
  const { rows } = await engine.query(
    raw(`select ${what.map((x, i) => `${x} as n${i}`).join(", ")} from ${from}`),
  );
  return what.map((_, i) => {
    const value = rows[0]?.[`n${i}`];
    return value === null || value === undefined ? Number.NaN : Number(value);
  });
}
