import type { DuckDBEngine } from "../engines/duckdb.ts";
import { refused } from "../errors.ts";
import { literal, raw } from "../sql/statement.ts";
import { cutCardNumberSql } from "./card-number.ts";
import type { Identity } from "./identify.ts";
import type { SourceTable } from "./source-table.ts";

/** A Parquet file or newline JSON: names and values are the engine's to read. */
export async function openColumnar(
  engine: DuckDBEngine,
  path: string,
  file: string,
  identity: Identity,
): Promise<SourceTable> {
  const scan =
    identity.format === "parquet"
      ? `read_parquet(${literal(path)})`
      : `read_json(${literal(path)}, compression = ${identity.gzip ? "'gzip'" : "'uncompressed'"}, maximum_object_size = 4194304)`;
  let columns: readonly { name: string; type: string }[];
  let preview: string[][];
  try {
    const described = await engine.query(raw(`describe select * from ${scan}`));
    columns = described.rows.map((row) => ({
      name: String(row["column_name"]),
      type: String(row["column_type"]),
    }));
    const shown = columns.map(({ name, type }, i) => `${asText(quoted(name), type)} as c${i}`);
    const { rows } = await engine.query(raw(`select ${shown.join(", ")} from ${scan} limit 200`));
    preview = rows.map((row) => columns.map((_, i) => String(row[`c${i}`] ?? "")));
  } catch (cause) {
    const what = identity.format === "parquet" ? "Parquet" : "newline JSON";
    throw refused(`${file}: not readable as ${what}: ${firstLine(cause)}`, "export the file again", cause);
  }
  return {
    path,
    file,
    sheet: null,
    preview: [columns.map(({ name }) => name), ...preview],
    async load(target, table, wanted) {
      const select = wanted.map(({ name, index, cardNumber }) => {
        const { name: header = "", type = "VARCHAR" } = columns[index] ?? {};
        const value = cardNumber
          ? cutCardNumberSql(`cast(${quoted(header)} as varchar)`)
          : native(quoted(header), type);
        return `${value} as ${name}`;
      });
      await target.execute(
        raw(`create or replace table ${table} as select ${select.join(", ")} from ${scan}`),
      );
      return { row: "rowid + 1", malformed: [] };
    },
  };
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const firstLine = (cause: unknown) => String(cause instanceof Error ? cause.message : cause).split("\n")[0];

/** The few types that the readings know; the rest is text. */
function native(x: string, type: string): string {
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER|DOUBLE|FLOAT|DECIMAL)/.test(type))
    return `cast(${x} as double)`;
  if (/^(DATE|TIMESTAMP)/.test(type)) return `cast(${x} as date)`;
  return type === "BOOLEAN" ? x : `cast(${x} as varchar)`;
}

const asText = (x: string, type: string) =>
  /^(DATE|TIMESTAMP)/.test(type) ? `strftime(${x}, '%Y-%m-%d')` : `cast(${x} as varchar)`;
