import type { DuckDBEngine } from "../../engines/duckdb.ts";
import { QueryError } from "../../errors.ts";
import { raw } from "../../sql/statement.ts";
import {
  type CategoryDimension,
  type DimensionId,
  dimensionIds,
  dimensions,
  type Owner,
  type RangeDimension,
} from "../dimensions.ts";
import { codeJoin, type Names, readNames } from "./categories.ts";
import { type Extent, extentOf } from "./extent.ts";

/** A dimension with the bins or names that its data has. */
export type Source =
  | { readonly id: DimensionId; readonly dimension: RangeDimension; readonly extent: Extent }
  | { readonly id: DimensionId; readonly dimension: CategoryDimension; readonly names: Names };

export interface TableRead {
  readonly rows: number;
  /** By row read, the customer's row in customer_profile; NaN for a card without a customer. */
  readonly row: Float64Array;
  readonly sources: readonly Source[];
  /** By source: values, codes of names, or NaN where missing; in the order read. */
  readonly read: readonly Float64Array[];
}

const tables = { customer: "customer_profile", card: "card_profile" } as const;
/** Beyond these shares of the values, bins would stand for few. */
const [LOW, HIGH] = [0.005, 0.995];

/** The dimensions of customers or of cards, as numbers. */
export async function readTable(engine: DuckDBEngine, owner: Owner): Promise<TableRead> {
  const table = tables[owner];
  const { rows, sources } = await readSources(engine, owner);
  const columns = [
    "customer_profile.rowid",
    ...sources.map(({ id, dimension }) =>
      dimension.shape === "range" ? expression(table, dimension) : `${id}_names.code`,
    ),
  ];
  const joins = [
    ...(owner === "card"
      ? ["left join customer_profile on customer_profile.user_id = card_profile.user_id"]
      : []),
    ...sources.flatMap((source) =>
      "names" in source ? [codeJoin(`${source.id}_names`, table, source.dimension, source.names)] : [],
    ),
  ];
  const select = `select ${columns.map((column) => `coalesce(cast(${column} as double), 'nan')`).join(", ")}\nfrom ${table}\n${joins.join("\n")}`;
  const [row = new Float64Array(), ...read] = await readNumbers(engine, select, columns.length, rows);
  return { rows, row, sources, read };
}

async function readSources(
  engine: DuckDBEngine,
  owner: Owner,
): Promise<{ rows: number; sources: readonly Source[] }> {
  const table = tables[owner];
  const own = dimensionIds.flatMap((id) => (dimensions[id].owner === owner ? [{ id, ...withId(id) }] : []));
  const spreads = own.flatMap(({ id, dimension }) => {
    if (dimension.shape === "category") return [];
    const value = expression(table, dimension);
    return [
      `min(${value}) as ${id}_min`,
      `quantile_disc(${value}, ${LOW}) as ${id}_low`,
      `quantile_disc(${value}, ${HIGH}) as ${id}_high`,
      `max(${value}) as ${id}_max`,
    ];
  });
  const { rows } = await engine.query(raw(`select count(*) as n, ${spreads.join(", ")} from ${table}`));
  const figure = (name: string) => (rows[0]?.[name] ?? null) as number | null;
  const sources: Source[] = [];
  for (const { id, dimension } of own)
    if (dimension.shape === "category")
      sources.push({ id, dimension, names: await readNames(engine, table, dimension) });
    else {
      const [min, low, high, max] = ["min", "low", "high", "max"].map((part) => figure(`${id}_${part}`));
      const spread = { min: min ?? null, low: low ?? null, high: high ?? null, max: max ?? null };
      sources.push({ id, dimension, extent: extentOf(spread, dimension.step, dimension.barSteps) });
    }
  return { rows: figure("n") ?? 0, sources };
}

const withId = (id: DimensionId): { readonly dimension: RangeDimension | CategoryDimension } => ({
  dimension: dimensions[id],
});

/** A range's value as a number; a month is the number of months since year 0. */
const expression = (table: string, { kind, column }: RangeDimension): string =>
  kind === "month" ? `(year(${table}.${column}) * 12 + month(${table}.${column}) - 1)` : `${table}.${column}`;

/** The columns of a SELECT of doubles without nulls. Rows as objects would take ten times as long. */
async function readNumbers(
  engine: DuckDBEngine,
  select: string,
  count: number,
  rows: number,
): Promise<Float64Array[]> {
  const columns = Array.from({ length: count }, () => new Float64Array(rows));
  try {
    const result = await engine.connection.stream(select);
    let at = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      const size = chunk.rowCount;
      for (const [i, column] of columns.entries()) {
        const vector = chunk.getColumnVector(i);
        for (let j = 0; j < size; j++) column[at + j] = vector.getItem(j) as number;
      }
      at += size;
    }
  } catch (cause) {
    throw new QueryError(select, engine.dialect.name, cause);
  }
  return columns;
}
