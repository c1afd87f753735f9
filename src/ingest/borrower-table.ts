import { readColumns } from "../engines/columns.ts";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import { refused, usage } from "../errors.ts";
import type { Grouping, InputColumn, LeftOut } from "../risk/borrowers.ts";
import { barredHeader, barredWords } from "../schema/barred.ts";
import { counted } from "../schema/format.ts";
import { users } from "../schema/users.ts";
import { literal, raw } from "../sql/statement.ts";
import { cellOf, cleaned, type LoadedColumn, readCells, readDays } from "./borrower-cells.ts";
import {
  columnNamed,
  columnsNamed,
  findColumn,
  type Header,
  type HeaderColumn,
  isIdHeader,
  privacyOf,
  readHeader,
} from "./borrower-headers.ts";
import { countsRows, keyOfContent, namesRows, settleKey } from "./borrower-keys.ts";
import { type BorrowerOptions, type BorrowerTable, type KnownInput, pickSheet } from "./borrower-options.ts";
import { type Decoded, decodeKnown, decodeOutcome, type OutcomeValue } from "./borrower-outcome.ts";
import { type Findings, groupingOf, inputFrom, orMissing, type Planned } from "./borrower-plan.ts";
import { normalise } from "./headers.ts";
import { openFiles } from "./open-files.ts";
import type { SourceTable } from "./source-table.ts";

const TABLE = "borrowers_raw";

/** Reads any table with a row per borrower: which columns are inputs, which are not and why, and the outcome. */
export async function readBorrowers(
  engine: DuckDBEngine,
  path: string,
  options: BorrowerOptions,
): Promise<BorrowerTable> {
  const files = await openFiles(engine, [path]);
  try {
    const source = pickSheet(files.tables, path, options);
    return await new Reader(engine, source, options).read();
  } finally {
    await files[Symbol.asyncDispose]();
  }
}

class Reader {
  readonly #engine: DuckDBEngine;
  readonly #source: SourceTable;
  readonly #options: BorrowerOptions;
  readonly #header: Header;
  readonly #leftOut: LeftOut[] = [];
  readonly #notes: string[] = [];
  readonly #loaded = new Map<HeaderColumn, LoadedColumn>();

  constructor(engine: DuckDBEngine, source: SourceTable, options: BorrowerOptions) {
    this.#engine = engine;
    this.#source = source;
    this.#options = options;
    const { id, outcome, observedOn, inputs = [] } = options;
    const named = [id, options.outcomes === "needed" ? outcome : undefined, observedOn].filter(
      (name) => name !== undefined,
    );
    this.#header = readHeader(source, [...named, ...inputs.map(({ name }) => name)]);
  }

  async read(): Promise<BorrowerTable> {
    const { columns } = this.#header;
    const { id, exclude = [], observedOn } = this.#options;
    const outcome = this.#outcomeColumn();
    const given = id === undefined ? undefined : columnNamed(columns, id, "--id");
    const seen = observedOn === undefined ? undefined : columnNamed(columns, observedOn, "--observed-on");
    const excluded = new Set(columnsNamed(columns, exclude, "--exclude"));
    this.#checkInputs();
    await this.#load(columns.filter((column) => this.#isRead(column, [outcome, given, seen], excluded)));
    const key = await this.#key(given);
    await this.#checkRows();
    const all = [...this.#loaded.values()];
    const keys =
      key === undefined
        ? { key: this.#options.inputs === undefined ? keyOfContent(all) : "row", notes: [] }
        : await settleKey(this.#engine, TABLE, this.#of(key), all, this.#source.file);
    this.#notes.push(...keys.notes);
    if (key !== undefined) this.#leave(key, "key", "names the rows");
    if (seen !== undefined) this.#leave(seen, "date", "says when the row was observed");
    const decoded = outcome === undefined ? undefined : await this.#decode(outcome);
    const used = new Set([key, outcome, seen].filter((column) => column !== undefined));
    const plan = await this.#plan([...this.#loaded.keys()].filter((column) => !used.has(column)));
    const expressions = plan.map(({ sql }) => sql);
    if (seen !== undefined) expressions.unshift(await readDays(this.#engine, TABLE, this.#of(seen)));
    if (decoded !== undefined) expressions.unshift(decoded.sql);
    const read = await readColumns(this.#engine, keys.key, expressions, `${TABLE} order by row`);
    await this.#engine.execute(raw(`drop table ${TABLE}`));
    const numbers = [...read.numbers];
    const outcomes = decoded === undefined ? undefined : numbers.shift();
    const observed = seen === undefined ? undefined : numbers.shift();
    const inputs: InputColumn[] = [];
    const groupings: Grouping[] = [];
    plan.forEach((column, i) => {
      const values = numbers[i] ?? new Float64Array(read.keys.length);
      const grouping = column.grouping?.(values);
      if (grouping !== undefined && grouping.groups.length > 1) groupings.push(grouping);
      const input = column.input?.(values);
      if (input !== undefined) inputs.push(input);
    });
    return {
      file: this.#source.file,
      sheet: this.#source.sheet,
      key: key === undefined || key.isUnnamed ? null : key.name,
      borrowers: { rows: read.keys.length, keys: read.keys, inputs: this.#inOrder(inputs), groupings },
      outcome:
        decoded === undefined || outcomes === undefined
          ? undefined
          : { ...decoded.meaning, column: outcome?.name ?? "", values: Int8Array.from(outcomes, orMissing) },
      observedOn:
        seen === undefined || observed === undefined
          ? undefined
          : { column: seen.name, values: Int32Array.from(observed, (day) => (Number.isNaN(day) ? 0 : day)) },
      leftOut: this.#leftOut,
      notes: this.#notes,
    };
  }

  /** The named one, else the one whose header says that it is one. */
  #outcomeColumn(): HeaderColumn | undefined {
    const { columns } = this.#header;
    const { outcome, outcomes } = this.#options;
    if (outcomes === "none") return undefined;
    if (outcome !== undefined)
      return outcomes === "needed"
        ? columnNamed(columns, outcome, "--outcome")
        : findColumn(columns, outcome);
    const aliases = ["defaulted", ...(users.fields.defaulted?.aliases ?? [])];
    const found = columns.find(({ name }) => aliases.includes(normalise(name)));
    if (found !== undefined || outcomes !== "needed") return found;
    const names = columns.slice(0, 12).map(({ name }) => JSON.stringify(name));
    throw usage(
      `${this.#source.file}: no outcome column: there is none with the header "defaulted"`,
      `name the column that says who defaulted with --outcome; there are ${names.join(", ")}${columns.length > 12 ? ", …" : ""}`,
    );
  }

  /** All inputs of the model that the file lacks, at once. */
  #checkInputs(): void {
    const { inputs = [] } = this.#options;
    const missing = inputs.filter(({ name }) => findColumn(this.#header.columns, name) === undefined);
    if (missing.length === 0) return;
    const names = missing.map(({ name }) => JSON.stringify(name)).join(", ");
    const there = this.#header.columns.slice(0, 12).map(({ name }) => JSON.stringify(name));
    throw refused(
      `${this.#source.file}: no column for ${missing.length === 1 ? "an input" : `${missing.length} inputs`} of the model: ${names}`,
      `give a file with the columns that the model was trained on; there are ${there.join(", ")}${this.#header.columns.length > 12 ? ", …" : ""}`,
    );
  }

  /** Whether a column is loaded at all; the reason is kept where it is not. */
  #isRead(
    column: HeaderColumn,
    used: readonly (HeaderColumn | undefined)[],
    excluded: ReadonlySet<HeaderColumn>,
  ): boolean {
    const { inputs } = this.#options;
    const hidden = privacyOf(column);
    if (hidden !== undefined) {
      if (used.includes(column))
        throw refused(
          `${this.#source.file}: ${JSON.stringify(column.name)} is never read: ${hidden}`,
          "name another column",
        );
      this.#leave(column, "private", hidden);
      return false;
    }
    if (used.includes(column)) return true;
    if (excluded.has(column)) {
      this.#leave(column, "excluded", "left out as asked");
      // it may still say how groups compare
      return barredHeader(column.name) !== undefined;
    }
    if (inputs === undefined) return true;
    return (
      this.#inputOf(column) !== undefined ||
      isIdHeader(column) ||
      // for the fairness screen
      barredHeader(column.name) !== undefined
    );
  }

  #inputOf(column: HeaderColumn): KnownInput | undefined {
    return this.#options.inputs?.find(({ name }) => findColumn(this.#header.columns, name) === column);
  }

  async #load(columns: readonly HeaderColumn[]): Promise<void> {
    const { file } = this.#source;
    if (columns.length === 0) throw refused(`${file}: no column is left to read`, "exclude fewer columns");
    const wanted = columns.map(({ index }) => ({ name: `c${index}`, index, cardNumber: false }));
    const loaded = await this.#source.load(this.#engine, "borrowers_loaded", wanted, this.#header.row);
    if (loaded.malformed.length > 0)
      this.#notes.push(
        `${counted(loaded.malformed.length, "row")} could not be split into cells and were left out`,
      );
    const { rows } = await this.#engine.query(raw("describe borrowers_loaded"));
    const types = new Map(rows.map((row) => [String(row["column_name"]), String(row["column_type"])]));
    const cells = wanted.map(({ name }) => `${cleaned(name, types.get(name) ?? "VARCHAR")} as ${name}`);
    const blank = wanted.map(({ name }) =>
      types.get(name) === "VARCHAR" ? `coalesce(trim(${name}), '') = ''` : `${name} is null`,
    );
    await this.#engine.execute(
      raw(`create or replace temp table ${TABLE} as
        select cast(${loaded.row} as bigint) as row, ${cells.join(", ")} from borrowers_loaded
        where not (${blank.join(" and ")})`),
    );
    await this.#engine.execute(raw("drop table borrowers_loaded"));
    for (const column of columns) {
      const name = `c${column.index}`;
      this.#loaded.set(column, { column: name, name: column.name, type: types.get(name) ?? "VARCHAR" });
    }
  }

  async #checkRows(): Promise<void> {
    const { rows } = await this.#engine.query(raw(`select count(*) as n from ${TABLE}`));
    const n = Number(rows[0]?.["n"]);
    if (n === 0) throw refused(`${this.#source.file}: no rows below the header`, "give a file that has rows");
    if (n === 1 && this.#options.outcomes === "needed" && this.#options.inputs === undefined)
      throw refused(
        `${this.#source.file}: one row, and a model needs customers who defaulted and customers who did not`,
        "give a file with many rows",
      );
  }

  /** The named one; else the first whose header says that it names rows, and whose cells do. */
  async #key(given: HeaderColumn | undefined): Promise<HeaderColumn | undefined> {
    if (given !== undefined) return given;
    for (const column of this.#loaded.keys())
      if (isIdHeader(column) && (await namesRows(this.#engine, TABLE, this.#of(column)))) return column;
    return undefined;
  }

  #of(column: HeaderColumn): LoadedColumn {
    const loaded = this.#loaded.get(column);
    if (loaded === undefined) throw new TypeError(`a column that was not loaded: ${column.name}`);
    return loaded;
  }

  readonly #findings: Findings = {
    leave: (column, reason, because) => this.#leave({ name: column }, reason, because),
    note: (text) => this.#notes.push(text),
  };

  #leave({ name }: Pick<HeaderColumn, "name">, reason: LeftOut["reason"], because: string): void {
    if (!this.#leftOut.some(({ column }) => column === name))
      this.#leftOut.push({ column: name, reason, because });
  }

  async #decode(column: HeaderColumn): Promise<{ meaning: Decoded; sql: string }> {
    this.#leave(column, "outcome", "what is learnt");
    const cell = cellOf(this.#of(column));
    const { rows } = await this.#engine.query(
      raw(`select cell, count(*) as n from (select ${cell} as cell from ${TABLE}) cells
        where cell is not null group by cell order by n desc, cell limit 10001`),
    );
    const values = rows.map((row): OutcomeValue => ({ text: String(row["cell"]), rows: Number(row["n"]) }));
    const { event, nonEvent } = this.#options;
    const known = decodeKnown(values, this.#options.knownOutcome);
    const meaning =
      known !== undefined && event === undefined && nonEvent === undefined
        ? known
        : decodeOutcome(column.name, values, { ...(event && { event }), ...(nonEvent && { nonEvent }) });
    const among = (texts: readonly string[]) =>
      texts.length === 0 ? "false" : `${cell} in (${texts.map(literal).join(", ")})`;
    return {
      meaning,
      sql: `case when ${among(meaning.event)} then 1 when ${among(meaning.other)} then 0 end`,
    };
  }

  async #plan(columns: readonly HeaderColumn[]): Promise<Planned[]> {
    const plan: Planned[] = [];
    for (const column of columns) {
      const planned = await this.#planColumn(column);
      if (planned !== undefined) plan.push(planned);
    }
    return plan;
  }

  /** What becomes of one column: an input, groups to compare, or nothing. */
  async #planColumn(column: HeaderColumn): Promise<Planned | undefined> {
    const loaded = this.#of(column);
    const known = this.#inputOf(column);
    const isExcluded = this.#leftOut.some(({ column: name }) => name === column.name);
    const byHeader = barredHeader(column.name);
    if (known === undefined && byHeader === undefined) {
      const isKey = isIdHeader(column) && (await namesRows(this.#engine, TABLE, loaded));
      if (isKey || (await countsRows(this.#engine, TABLE, loaded))) {
        this.#leave(column, "key", "numbers the rows");
        return undefined;
      }
      if (this.#options.inputs !== undefined) return undefined;
    }
    const cells = await readCells(this.#engine, TABLE, loaded, known?.kind);
    const barred = byHeader ?? (cells.kind === "category" ? barredWords(cells.levels) : undefined);
    if (known === undefined && barred !== undefined) {
      const isInput = this.#options.allInputs === true && !isExcluded;
      if (!isInput) this.#leave(column, "barred", `${barred} never decides risk`);
      const grouping = groupingOf(column.name, barred, cells);
      const input = isInput ? inputFrom(column.name, cells, undefined, this.#findings) : undefined;
      const sql = input?.sql ?? grouping?.sql;
      return sql === undefined
        ? undefined
        : { sql, input: input?.input, grouping: grouping?.sql === sql ? grouping.grouping : undefined };
    }
    return inputFrom(column.name, cells, known, this.#findings);
  }

  /** In the order of the model where there is one, else in that of the file. */
  #inOrder(inputs: readonly InputColumn[]): InputColumn[] {
    const order = this.#options.inputs?.map(({ name }) => name);
    if (order === undefined) return [...inputs];
    return inputs.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  }
}
