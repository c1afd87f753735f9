import type { DuckDBEngine } from "../engines/duckdb.ts";
import { literal, raw } from "../sql/statement.ts";
import { BLANKS, matching } from "./infer.ts";
import type { RawColumn } from "./inferred.ts";
import { type Native, type Notation, notations } from "./notations.ts";
import type { Scan, Watch } from "./source-table.ts";

/** A column as its first rows promise it; the whole file has to keep that. */
interface Promised {
  readonly notation: Notation;
  /** No cell has a fraction: with one, "1.234" could mean thousands. */
  readonly isWhole: boolean;
}

/**
 * Loads a file that the engine reads by itself, with the types that the first rows of its columns promise; a column
 * that does not keep it all the way is read again as text, whose notation is then found from every cell. Undefined
 * where the file cannot be read so.
 */
export async function loadScanned(
  engine: DuckDBEngine,
  scan: Scan,
  table: string,
  columns: readonly Pick<RawColumn, "column" | "field">[],
  watch: Watch,
): Promise<RawColumn[] | undefined> {
  const promised = await promises(engine, scan, table, columns);
  for (;;) {
    const natives = new Map<string, Native>();
    for (const [column, { notation }] of promised)
      if (notation.native !== undefined) natives.set(column, notation.native);
    const misfits = await scan.load(table, natives, watch);
    if (misfits === undefined) return undefined;
    const broken = misfits.size > 0 ? misfits : await brokenIn(engine, table, promised);
    if (broken.size === 0) break;
    for (const column of broken) promised.delete(column);
  }
  return columns.map(({ column, field }) => {
    const notation = promised.get(column)?.notation;
    const own = scan.cellTypes?.get(column) ?? "VARCHAR";
    const type = notation?.native?.type ?? (own === "BIGINT" ? "VARCHAR" : own);
    return { column, field, type, readAs: scan.cellTypes === undefined ? notation : undefined };
  });
}

/** What the first rows promise; dates of one format, since a file is read with one. */
async function promises(
  engine: DuckDBEngine,
  scan: Scan,
  table: string,
  columns: readonly Pick<RawColumn, "column" | "field">[],
): Promise<Map<string, Promised>> {
  const sample = `${table}_sample`;
  await scan.sample(sample);
  const found = new Map<string, Promised>();
  let dateFormat: string | undefined;
  for (const { column, field } of columns) {
    const type = scan.cellTypes?.get(column);
    const candidates = notations[field.reading];
    if (type === "BIGINT") {
      const notation = candidates.find(
        ({ native }) => native?.type === "DOUBLE" || native?.type === "BIGINT",
      );
      if (notation !== undefined) found.set(column, { notation, isWhole: false });
      continue;
    }
    if (type !== undefined || !candidates.some(({ native }) => native)) continue;
    const all = await matching(
      engine,
      { sql: sample },
      `nullif(trim(${column}, ${literal(BLANKS)}), '')`,
      candidates,
    );
    const at = all.findIndex(({ holds }) => holds);
    const notation = all[at]?.notation;
    if (notation?.native === undefined) continue;
    dateFormat ??= notation.native.dateFormat;
    if ((notation.native.dateFormat ?? dateFormat) === dateFormat)
      found.set(column, { notation, isWhole: at > 0 });
  }
  await engine.execute(raw(`drop table ${sample}`));
  return found;
}

/** Where a type takes more than the notation: words for infinity, years of other ages. */
async function brokenIn(
  engine: DuckDBEngine,
  table: string,
  promised: ReadonlyMap<string, Promised>,
): Promise<Set<string>> {
  const checks = [...promised].flatMap(([column, { notation, isWhole }]) => {
    const type = notation.native?.type;
    if (type === "DATE") return [{ column, holds: `year(${column}) between 1900 and 2099` }];
    if (type !== "DOUBLE") return [];
    return [{ column, holds: `isfinite(${column})${isWhole ? ` and ${column} = trunc(${column})` : ""}` }];
  });
  if (checks.length === 0) return new Set();
  const { rows } = await engine.query(
    raw(
      `select ${checks.map(({ holds }, i) => `coalesce(bool_and(${holds}), true) as holds${i}`).join(", ")} from ${table}`,
    ),
  );
  return new Set(checks.flatMap(({ column }, i) => (rows[0]?.[`holds${i}`] === true ? [] : [column])));
}
