import type { DuckDBEngine } from "../engines/duckdb.ts";
import { QueryError, refused } from "../errors.ts";
import { literal, raw } from "../sql/statement.ts";
import { cutCardNumberSql } from "./card-number.ts";
import type { Identity } from "./identify.ts";
import type { Native } from "./notations.ts";
import {
  createTable,
  misfitsOf,
  SAMPLE_ROWS,
  type SourceTable,
  type Wanted,
  wholeId,
} from "./source-table.ts";

interface Column {
  readonly name: string;
  readonly type: string;
}

/** A Parquet file or newline JSON: names and values are the engine's to read. */
export async function openColumnar(
  engine: DuckDBEngine,
  path: string,
  file: string,
  identity: Identity,
): Promise<SourceTable> {
  const read = async <T>(step: () => Promise<T>): Promise<T> => {
    try {
      return await step();
    } catch (cause) {
      if (!(cause instanceof QueryError)) throw cause;
      const what = identity.format === "parquet" ? "Parquet" : "newline JSON";
      throw refused(
        `${file}: not readable as ${what}: ${reason(cause, path)}`,
        "export the file again",
        cause,
      );
    }
  };
  const { scan, columns, rowsAbout } = await read(() =>
    identity.format === "parquet" ? parquet(engine, path) : json(engine, path, identity.gzip),
  );
  const shown = columns.map(({ name, type }, i) => `${asText(quoted(name), type)} as c${i}`);
  const { rows } = await read(() => engine.query(raw(`select ${shown.join(", ")} from ${scan} limit 200`)));
  const preview = rows.map((row) => columns.map((_, i) => String(row[`c${i}`] ?? "")));
  return {
    path,
    file,
    sheet: null,
    ...(rowsAbout !== undefined && { rowsAbout }),
    preview: [columns.map(({ name }) => name), ...preview],
    scan(target, wanted) {
      // JSON says 5 and "$5" of one column
      if (identity.format !== "parquet") return undefined;
      const types = new Map(wanted.map(({ name, index }) => [name, scannedType(columns[index]?.type)]));
      const select = (natives: ReadonlyMap<string, Native>) =>
        wanted
          .map((column) => `${scanned(column, columns[column.index], natives)} as ${column.name}`)
          .join(", ");
      return {
        row: "rowid + 1",
        cellTypes: types,
        sample: (table) =>
          read(() =>
            target.execute(
              raw(`${createTable(table)} as select ${select(new Map())} from ${scan} limit ${SAMPLE_ROWS}`),
            ),
          ),
        load: (table, natives, { onRead }) =>
          read(async () => {
            const statement = `${createTable(table)} as select ${select(natives)} from ${scan}`;
            return misfitsOf(wanted, () => target.execute(raw(statement), onRead));
          }),
      };
    },
    async load(target, table, wanted) {
      const inexact = await read(() => tooLong(target, scan, columns));
      const select = wanted.map(({ name, index, cardNumber }) => {
        const { name: header = "", type = "VARCHAR" } = columns[index] ?? {};
        if (cardNumber) return `${cutCardNumberSql(`cast(${quoted(header)} as varchar)`)} as ${name}`;
        return `${native(quoted(header), inexact.has(header) ? "VARCHAR" : type)} as ${name}`;
      });
      await read(() =>
        target.execute(raw(`${createTable(table)} as select ${select.join(", ")} from ${scan}`)),
      );
      return { row: "rowid + 1", malformed: [] };
    },
  };
}

interface Shape {
  readonly scan: string;
  readonly columns: readonly Column[];
  readonly rowsAbout?: number;
}

async function parquet(engine: DuckDBEngine, path: string): Promise<Shape> {
  const scan = `read_parquet(${literal(path)})`;
  const { rows } = await engine.query(
    raw(`select sum(num_rows) as n from parquet_file_metadata(${literal(path)})`),
  );
  return { scan, columns: await describe(engine, scan), rowsAbout: Number(rows[0]?.["n"]) };
}

/** Every value as text: JSON says 5 and "$5" of one column, and the reading decides over the whole of it. */
async function json(engine: DuckDBEngine, path: string, gzip: boolean): Promise<Shape> {
  const options = `${literal(path)}, compression = ${gzip ? "'gzip'" : "'uncompressed'"}, maximum_object_size = 4194304`;
  const columns = await describe(engine, `read_json(${options}, sample_size = -1)`);
  const types = columns.map(({ name }) => `${quoted(name)}: 'VARCHAR'`).join(", ");
  return {
    scan: `read_json(${options}, columns = {${types}})`,
    columns: columns.map(({ name }) => ({ name, type: "VARCHAR" })),
  };
}

async function describe(engine: DuckDBEngine, scan: string): Promise<Column[]> {
  const { rows } = await engine.query(raw(`describe select * from ${scan}`));
  return rows.map((row) => ({ name: String(row["column_name"]), type: String(row["column_type"]) }));
}

/** Whole numbers beyond what a double holds: two ids would become one. */
async function tooLong(engine: DuckDBEngine, scan: string, columns: readonly Column[]): Promise<Set<string>> {
  const wide = columns.filter(({ type }) => /^U?(BIGINT|HUGEINT)$/.test(type));
  if (wide.length === 0) return new Set();
  const limit = 2 ** 53;
  const fits = wide.map(
    ({ name }, i) => `coalesce(bool_and(${quoted(name)} between -${limit} and ${limit}), true) as fits${i}`,
  );
  const { rows } = await engine.query(raw(`select ${fits.join(", ")} from ${scan}`));
  return new Set(wide.filter((_, i) => rows[0]?.[`fits${i}`] === false).map(({ name }) => name));
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The engine's own word, without the path that it repeats. */
const reason = ({ cause }: QueryError, path: string): string =>
  (cause instanceof Error ? cause.message : String(cause))
    .split("\n")[0]
    ?.replaceAll(path, "the file")
    .replace(/^[A-Z][\w ]* Error: /, "") ?? "";

const INTEGER = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT)$/;

/** A column of the file for the readings: whole numbers stay apart from others, since ids must not lose digits. */
function scannedType(type = "VARCHAR"): string {
  if (INTEGER.test(type)) return "BIGINT";
  if (/^(DOUBLE|FLOAT|DECIMAL)/.test(type)) return "DOUBLE";
  if (/^(DATE|TIMESTAMP)/.test(type)) return "DATE";
  return type === "BOOLEAN" ? type : "VARCHAR";
}

function scanned(
  { name, cardNumber }: Wanted,
  { name: header, type }: Column = { name: "", type: "VARCHAR" },
  natives: ReadonlyMap<string, Native>,
): string {
  const cell = quoted(header);
  if (cardNumber) return cutCardNumberSql(`cast(${cell} as varchar)`);
  const asked = natives.get(name)?.type;
  if (asked === "DOUBLE") return `cast(${cell} as double)`;
  if (asked === "BIGINT") return wholeId(name, cell, cell);
  const found = scannedType(type);
  return found === "DOUBLE" || found === "DATE"
    ? `cast(${cell} as ${found})`
    : found === "BOOLEAN"
      ? cell
      : `cast(${cell} as varchar)`;
}

/** The few types that the readings know; the rest is text. */
function native(x: string, type: string): string {
  if (
    /^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|DOUBLE|FLOAT|DECIMAL)/.test(type)
  )
    return `cast(${x} as double)`;
  if (/^(DATE|TIMESTAMP)/.test(type)) return `cast(${x} as date)`;
  return type === "BOOLEAN" ? x : `cast(${x} as varchar)`;
}

const asText = (x: string, type: string) =>
  /^(DATE|TIMESTAMP)/.test(type) ? `strftime(${x}, '%Y-%m-%d')` : `cast(${x} as varchar)`;
