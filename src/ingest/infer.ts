import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { OnDone } from "../progress.ts";
import { literal, raw } from "../sql/statement.ts";
import type { Inferred, RawColumn } from "./inferred.ts";
import { fullMatch, isError, isMissingToken } from "./missing.ts";
import { dayMonthOrders, type Notation, notations } from "./notations.ts";
import { textOf } from "./raw-table.ts";
import { SAMPLE_ROWS } from "./source-table.ts";
import { inferWords } from "./words.ts";

/** What is no part of a cell at its ends: web pages and spreadsheets leave blanks that do not break. */
export const BLANKS = " \t\u00a0\u202f";

/** Finds the notation of each column. */
export async function inferAll(
  engine: DuckDBEngine,
  table: string,
  columns: readonly RawColumn[],
  onDone?: OnDone,
): Promise<Inferred[]> {
  // what can be asked of all columns is asked once: to plan a statement takes longer than to count a small file
  const counts = await countCells(engine, table, columns);
  const found: Inferred[] = [];
  for (const [i, column] of columns.entries()) {
    onDone?.((i + 1) / (columns.length + 1));
    const own = counts.get(column.column);
    found.push(
      (own && (await inferTyped(engine, table, column, own))) ?? (await infer(engine, table, column)),
    );
  }
  return found;
}

/** Columns of a type that already is what the reading wants. */
async function inferTyped(
  engine: DuckDBEngine,
  table: string,
  raw_: RawColumn,
  { filled, others, offFirst }: Counts,
): Promise<Inferred | undefined> {
  const { readAs } = raw_;
  const direct = readDirectly(raw_) ?? (others === 0 ? readWholeIds(raw_) : undefined);
  if (direct === undefined) return undefined;
  const column = { ...raw_, ...direct, filled, tokens: 0, errors: 0, readsAll: true };
  // of a retyped column most days lie in one year, and most of those are no first ones: more than a quarter of all
  if (4 * offFirst <= filled) return column;
  const isDay = readAs === undefined || readAs.isDay === true;
  return retype(engine, table, column, String(isDay));
}

/** Finds the notation of a column of text: the first that reads all of it, else the one that reads most. */
export async function infer(engine: DuckDBEngine, table: string, raw_: RawColumn): Promise<Inferred> {
  const { field } = raw_;
  const { from, plain } = await spellings(engine, table, raw_);
  if (field.reading === "text" || field.reading === "category") return inferWords(engine, table, raw_, plain);
  const candidates = notations[field.reading];
  const clean = await chooseClean(engine, table, from, plain, candidates);
  const cells =
    clean === undefined
      ? await countMissing(engine, table, plain)
      : { text: plain, ...clean, tokens: 0, errors: 0 };
  const { text, filled, tokens, errors } = cells;
  const chosen = clean ?? (await choose(engine, table, text, filled, candidates));
  const isAmbiguousOrder = await hasAmbiguousOrder(engine, table, text, chosen.notation, candidates);
  const own = await settleOrder(engine, table, text, chosen.notation);
  const value = chosen.readsAll ? own.read(text) : readEach(text, own, candidates);
  const days = chosen.readsAll ? (own.isDay ? "true" : "false") : isDayCell(text, own, candidates);
  return retype(
    engine,
    table,
    {
      ...raw_,
      notation: own.name,
      text,
      value,
      isOwn: chosen.readsAll ? undefined : fullMatch(text, own.pattern),
      filled,
      readsAll: chosen.readsAll,
      tokens,
      errors,
      isAmbiguousOrder: isAmbiguousOrder && own === chosen.notation,
      retypedIn: undefined,
    },
    days,
  );
}

/** Cells to judge: SQL after FROM, and for cells that stand for many how many they are. */
interface Cells {
  readonly sql: string;
  readonly weight?: string;
}

/** Flags and months have few different cells: those are judged, and cut from blanks, instead of each cell. */
async function spellings(
  engine: DuckDBEngine,
  table: string,
  { column, field, type }: RawColumn,
): Promise<{ from: Cells; plain: string }> {
  const text = textOf(column, type);
  const plain = `nullif(trim(${text}, ${literal(BLANKS)}), '')`;
  if (type !== "VARCHAR" || (field.reading !== "flag" && field.reading !== "month"))
    return { from: { sql: table }, plain };
  const sql = `(select ${column}, count(*) as n from ${table} group by ${column}) spelled`;
  const { blank = 1 } = await one(
    engine,
    `select count(*) filter (where trim(${column}, ${literal(BLANKS)}) <> ${column}) as blank from ${sql}`,
  );
  return { from: { sql, weight: "n" }, plain: blank === 0 ? `nullif(${column}, '')` : plain };
}

/** Words for missing and errors, which are told from values that cannot be read. */
async function countMissing(engine: DuckDBEngine, table: string, plain: string) {
  const {
    tokens = 0,
    errors = 0,
    all = 0,
  } = await one(
    engine,
    `select count(cell) as all, count(*) filter (where ${isMissingToken("cell")}) as tokens,
      count(*) filter (where ${isError("cell")}) as errors from (select ${plain} as cell from ${table}) cells`,
  );
  const text =
    tokens + errors === 0
      ? plain
      : `case when not ${isMissingToken(plain)} and not ${isError(plain)} then ${plain} end`;
  return { text, tokens, errors, filled: all - tokens - errors };
}

type Direct = Pick<
  Inferred,
  "notation" | "text" | "value" | "isOwn" | "isAmbiguousOrder" | "retypedIn" | "isWholeId"
>;

/** Columns whose type already is what the reading wants. */
function readDirectly({ column, field, type, readAs }: RawColumn): Direct | undefined {
  const base = {
    text: textOf(column, type),
    isOwn: undefined,
    isAmbiguousOrder: false,
    retypedIn: undefined,
  };
  const isNumber = ["integer", "usd", "number"].includes(field.reading);
  if (type === "DOUBLE" && isNumber)
    return {
      ...base,
      notation: readAs?.name ?? "number",
      // what was read by a notation has been looked through for infinity
      value: readAs === undefined ? `case when isfinite(${column}) then ${column} end` : column,
    };
  if (type === "DATE" && field.reading === "month")
    return { ...base, notation: readAs?.name ?? "date", value: column };
  if (type === "BIGINT" && field.reading === "id")
    return { ...base, notation: "integer", value: column, isWholeId: true };
  if (type === "BOOLEAN" && field.reading === "flag")
    return { ...base, notation: "true/false", value: column };
  const [cut] = notations.card_number;
  // every cell is as `card-number.ts` has left it
  if (field.reading === "card_number" && cut !== undefined)
    return { ...base, notation: cut.name, value: cut.read(column) };
  return undefined;
}

/** Numbers of a workbook that are ids: a fraction, a sign or more than fifteen digits needs their text. */
function readWholeIds({ column, field, type }: RawColumn): Direct | undefined {
  if (type !== "DOUBLE" || field.reading !== "id") return undefined;
  const base = { isOwn: undefined, isAmbiguousOrder: false, retypedIn: undefined };
  const text = textOf(column, type);
  return { ...base, text, notation: "integer", value: `cast(${column} as bigint)`, isWholeId: true };
}

/** Cells of a column: those that are filled, the numbers that are no ids, and the days that are not a month's first. */
interface Counts {
  readonly filled: number;
  readonly others: number;
  readonly offFirst: number;
}

async function countCells(
  engine: DuckDBEngine,
  table: string,
  columns: readonly RawColumn[],
): Promise<ReadonlyMap<string, Counts>> {
  const typed = columns.filter(
    (column) => readDirectly(column) !== undefined || readWholeIds(column) !== undefined,
  );
  if (typed.length === 0) return new Map();
  const asked = typed.map((raw_, i) => {
    const { column, type } = raw_;
    const isId = `${column} between 0 and 999999999999999 and ${column} = trunc(${column})`;
    const others = readWholeIds(raw_) ? `count(*) filter (where not (${isId}))` : "0";
    const offFirst = type === "DATE" ? `count(*) filter (where day(${column}) > 1)` : "0";
    return `count(${column}) as filled${i}, ${others} as others${i}, ${offFirst} as off_first${i}`;
  });
  const counts = await one(engine, `select ${asked.join(", ")} from ${table}`);
  const n = (name: string) => counts[name] ?? 0;
  return new Map(
    typed.map(({ column }, i) => [
      column,
      { filled: n(`filled${i}`), others: n(`others${i}`), offFirst: n(`off_first${i}`) },
    ]),
  );
}

interface Choice {
  readonly notation: Notation;
  readonly readsAll: boolean;
}

async function choose(
  engine: DuckDBEngine,
  table: string,
  text: string,
  filled: number,
  candidates: readonly Notation[],
): Promise<Choice> {
  const [only] = candidates;
  if (only === undefined) throw new TypeError("a reading without notations");
  if (filled === 0) return { notation: only, readsAll: true };
  const all = await readers(engine, { sql: table }, text, candidates);
  const complete = all.find(({ readsAll }) => readsAll);
  if (complete !== undefined) return complete;
  // a stray cell does not unmake a column that is otherwise written so
  const most = all
    .filter(({ notation, reads, holds }) => !notation.wholeColumnOnly || (holds && reads >= 0.9 * filled))
    .reduce((a, b) => (b.reads > a.reads ? b : a), { notation: only, reads: -1 });
  return { notation: most.notation, readsAll: false };
}

/**
 * The usual case at little cost: the first notation that reads all of the first rows also reads the rest. One whose
 * pattern fails on the first rows cannot read all of them, so that no earlier one is passed over.
 */
async function chooseClean(
  engine: DuckDBEngine,
  table: string,
  from: Cells,
  text: string,
  candidates: readonly Notation[],
) {
  const first = { sql: `(select * from ${table} limit ${SAMPLE_ROWS})` };
  for (const { notation, holds } of await matching(engine, first, text, candidates)) {
    const [whole] = await readers(engine, from, text, [notation]);
    if (whole?.readsAll) return { ...whole, filled: whole.reads };
    if (holds) return undefined;
  }
  return undefined;
}

/** The notations that every cell is written in, most specific first; `holds` says whether the column may be read so. */
export async function matching(
  engine: DuckDBEngine,
  from: Cells,
  text: string,
  candidates: readonly Notation[],
) {
  const all = await readers(engine, from, text, candidates);
  return all.filter(({ readsEach }) => readsEach);
}

async function readers(engine: DuckDBEngine, from: Cells, text: string, candidates: readonly Notation[]) {
  const weight = from.weight ?? "1";
  const columns = candidates.map(({ pattern, read, mayFail, onlyIf }, i) => {
    // a reading may throw on what it does not match, and only a case keeps it from being tried there
    const hasValue = mayFail ? `(${read("cell")}) is not null` : "true";
    const reads = `coalesce(sum(weight) filter (where case when ${fullMatch("cell", pattern)} then ${hasValue} end), 0)`;
    return `${reads} as n${i}, ${onlyIf?.("cell") ?? "true"} as ok${i}`;
  });
  const { rows } = await engine.query(
    raw(
      `select coalesce(sum(weight) filter (where cell is not null), 0) as filled, ${columns.join(", ")}
        from (select ${text} as cell, ${weight} as weight from ${from.sql}) cells`,
    ),
  );
  const counts = rows[0] ?? {};
  return candidates.map((notation, i) => {
    const reads = Number(counts[`n${i}`] ?? 0);
    const holds = counts[`ok${i}`] === true;
    const readsEach = reads === Number(counts["filled"]);
    return { notation, reads, holds, readsEach, readsAll: holds && readsEach };
  });
}

/** Each cell in the column's notation, else in the first other one that reads a cell on its own. */
function readEach(text: string, own: Notation, candidates: readonly Notation[]): string {
  const others = candidates.filter((n) => n !== own && !n.wholeColumnOnly);
  const branches = [own, ...others].map((n) => `when ${fullMatch(text, n.pattern)} then ${n.read(text)}`);
  return `case ${branches.join(" ")} end`;
}

function isDayCell(text: string, own: Notation, candidates: readonly Notation[]): string {
  const others = candidates.filter((n) => n !== own && !n.wholeColumnOnly);
  const branches = [own, ...others].map((n) => `when ${fullMatch(text, n.pattern)} then ${n.isDay === true}`);
  return `coalesce(case ${branches.join(" ")} end, false)`;
}

const rivalOf = (notation: Notation): Notation | undefined =>
  dayMonthOrders.flatMap(([us, european]) =>
    us === notation ? [european] : european === notation ? [us] : [],
  )[0];

/** Months lie on the first day: of two readings that fit, the one in which all days are 1 is meant. */
async function settleOrder(
  engine: DuckDBEngine,
  table: string,
  text: string,
  own: Notation,
): Promise<Notation> {
  const rival = rivalOf(own);
  if (rival === undefined) return own;
  const {
    n = 0,
    own_first = 0,
    rival_first = 0,
  } = await one(
    engine,
    `select count(*) as n, count(*) filter (where case when ${fullMatch("cell", own.pattern)} then day(${own.read("cell")}) = 1 end) as own_first,
      count(*) filter (where case when ${fullMatch("cell", rival.pattern)} then day(${rival.read("cell")}) = 1 end) as rival_first
    from (select ${text} as cell from ${table}) cells where ${fullMatch("cell", own.pattern)}`,
  );
  return rival_first === n && own_first < n ? rival : own;
}

async function hasAmbiguousOrder(
  engine: DuckDBEngine,
  table: string,
  text: string,
  own: Notation,
  candidates: readonly Notation[],
): Promise<boolean> {
  const rival = rivalOf(own);
  if (rival === undefined || !candidates.includes(rival)) return false;
  const {
    n = 0,
    both = 0,
    first = 0,
  } = await one(
    engine,
    `select count(*) as n, count(*) filter (where ${fullMatch("cell", rival.pattern)}) as both,
      count(*) filter (where case when ${fullMatch("cell", own.pattern)} then day(${own.read("cell")}) = 1 end) as first
    from (select ${text} as cell from ${table}) cells where ${fullMatch("cell", own.pattern)}`,
  );
  return n > 0 && both === n && first < n;
}

/**
 * "Dec-22" becomes 22 December of the year the file was saved in. When most days lie in one year and pass for
 * years there, the day is the year. Rows of other years then lie on day 1 (no spreadsheet takes 97 for a day);
 * without such rows the years must pass for those of the column: no account opens after the file was saved.
 */
async function retype(
  engine: DuckDBEngine,
  table: string,
  column: Inferred,
  isDay = "true",
): Promise<Inferred> {
  if (column.field.reading !== "month" || isDay === "false") return column;
  const { rows } = await engine.query(
    raw(`with days as (
        select ${column.value} as day from ${table} where ${isDay}
      ), modal as (
        select year(day) as year from days where day is not null group by year(day) order by count(*) desc, year(day) limit 1
      )
      select modal.year as year, count(*) as days,
        count(*) filter (where year(day) = modal.year) as moved,
        count(*) filter (where year(day) = modal.year and day(day) > 1) as moved_off_first,
        count(*) filter (where year(day) = modal.year and day = last_day(day)) as moved_on_last,
        count(distinct day(day)) filter (where year(day) = modal.year) as distinct_days,
        coalesce(max(day(day)) filter (where year(day) = modal.year), 0) as latest,
        count(*) filter (where year(day) <> modal.year) as kept,
        count(*) filter (where year(day) <> modal.year and day(day) = 1) as kept_on_first
      from days, modal where day is not null group by modal.year`),
  );
  const found = rows[0];
  if (found === undefined) return column;
  const n = (name: string) => Number(found[name]);
  const inOneYear =
    n("moved") > n("days") / 2 && n("moved_off_first") > n("moved") / 2 && n("distinct_days") > 2;
  const isMonthEnds = n("moved_on_last") === n("moved");
  const others =
    n("kept") > 0
      ? n("kept_on_first") === n("kept")
      : // of so many true days of a year, some would lie past the 28th, or be days that are no year yet
        n("distinct_days") > 4 &&
        ((n("days") >= 60 && 2000 + n("latest") <= n("year")) || (n("days") >= 100 && n("latest") <= 28));
  if (!inOneYear || isMonthEnds) return column;
  const value = `(${column.value})`;
  const year = n("year");
  const retyped = {
    notation: `${column.notation}, month and year retyped as a day of ${year}`,
    retypedIn: year,
    value: `case when ${isDay} and year(${value}) = ${year} then make_date(2000 + day(${value}), month(${value}), 1) else ${value} end`,
    untouched: column.value,
  };
  if (others) return { ...column, ...retyped };
  return n("kept") === 0 ? { ...column, ifRetyped: { year, as: retyped } } : column;
}

async function one(engine: DuckDBEngine, text: string): Promise<Record<string, number>> {
  const { rows } = await engine.query(raw(text));
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, value]) => [name, Number(value)]));
}
