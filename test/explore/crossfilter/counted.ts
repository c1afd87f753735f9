import { expect } from "vitest";
import type { DuckDBEngine } from "../../../src/engines/duckdb.ts";
import type {
  CrossfilterCounts,
  DimensionCounts,
  RangeCounts,
} from "../../../src/explore/crossfilter/counts.ts";
import type { Crossfilter } from "../../../src/explore/crossfilter/crossfilter.ts";
import { encodeCube } from "../../../src/explore/crossfilter/cube.ts";
import type { Move } from "../../../src/explore/crossfilter/tally.ts";
import { categoryKey, type DimensionId, dimensions } from "../../../src/explore/dimensions.ts";
import type { Filter, Filters, Look, LookGrain } from "../../../src/explore/look.ts";
import { narrow } from "../../../src/explore/narrow.ts";
import { raw } from "../../../src/sql/statement.ts";
import { BrushCube } from "../../../web/dashboard/crossfilter/cube.ts";

/** A look as far as it is counted. */
export interface Sought {
  readonly grain: LookGrain;
  readonly filters: Filters;
}

/** The bars of one dimension, then missing. */
type Bars = readonly number[];

const lookOf = ({ grain, filters }: Sought): Look => ({ grain, filters, settings: {} });
export const without = (filters: Filters, id: DimensionId): Filters =>
  Object.fromEntries(Object.entries(filters).filter(([other]) => other !== id));

/** The filter that a brush over bins lo to hi writes. */
export function filterOf({ edges, open }: RangeCounts, lo: number, hi: number): Filter {
  const last = edges.length - 1;
  return {
    low: lo === 0 && open.low ? null : (edges[lo] ?? null),
    high: hi === last && open.high ? null : (edges[hi] ?? null),
  };
}

/** What SQL over the narrowed models counts: nothing of it is shared with what is tested but the bins' bounds. */
export class Counted {
  readonly #engine: DuckDBEngine;
  readonly #shape: readonly DimensionCounts[];

  constructor(engine: DuckDBEngine, shape: CrossfilterCounts) {
    this.#engine = engine;
    this.#shape = shape.dimensions;
  }

  async totals(sought: Sought): Promise<{ customers: number; cards: number }> {
    const [customers = 0, cards = 0] = await this.#numbers(
      ["customer_profile", "card_profile"].map((table) =>
        narrow(`select count(*) from ${table}`, lookOf(sought)),
      ),
    );
    return { customers, cards };
  }

  /** The bars of a dimension under all filters but its own. */
  async bars(id: DimensionId, { grain, filters }: Sought): Promise<Bars> {
    const shape = this.#shape.find((dimension) => dimension.id === id);
    if (shape === undefined) throw new Error(`no such dimension: ${id}`);
    const others = { grain, filters: without(filters, id) };
    if (shape.owner === "card" && grain === "customers") return await this.#holders(shape, others);
    const dimension = dimensions[id];
    const columns = dimension.shape === "range" ? [dimension.column] : dimension.columns;
    const list = columns.map((column) => `${shape.owner}_profile.${column}`).join(", ");
    const from =
      grain === "customers"
        ? "customer_profile"
        : "card_profile left join customer_profile on customer_profile.user_id = card_profile.user_id";
    const { rows } = await this.#engine.query(
      raw(narrow(`select ${list}, count(*) as n from ${from} group by ${list}`, lookOf(others))),
    );
    const bars = Array.from({ length: barsOf(shape) + 1 }, () => 0);
    for (const row of rows) {
      const parts = columns.map((column) => (row[column] ?? null) as string | number | null);
      const at = barAt(shape, parts);
      bars[at] = (bars[at] ?? 0) + Number(row["n"]);
    }
    return bars;
  }

  /** A bar counts what narrowing to it selects. */
  #holders(shape: DimensionCounts, { grain, filters }: Sought): Promise<Bars> {
    return this.#numbers(
      barFilters(shape).map((filter) =>
        narrow(
          "select count(*) from customer_profile",
          lookOf({ grain, filters: { ...filters, [shape.id]: filter } }),
        ),
      ),
    );
  }

  async #numbers(selects: readonly string[]): Promise<number[]> {
    const { rows } = await this.#engine.query(
      raw(`select ${selects.map((select, i) => `(${select}) as n${i}`).join(",\n")}`),
    );
    return selects.map((_, i) => Number(rows[0]?.[`n${i}`]));
  }
}

const barsOf = (shape: DimensionCounts): number =>
  shape.shape === "range" ? (shape.edges.length - 1) / shape.barSteps : shape.names.length;

function barFilters(shape: DimensionCounts): Filter[] {
  const missing: Filter = { values: [null] };
  if (shape.shape === "category") return [...shape.names.map((name) => ({ values: [name] })), missing];
  const { edges, barSteps } = shape;
  const bars = Array.from({ length: barsOf(shape) }, (_, bar) => {
    const [lo, hi] = [bar * barSteps, (bar + 1) * barSteps];
    return {
      low: lo === 0 ? null : (edges[lo] ?? null),
      high: hi === edges.length - 1 ? null : (edges[hi] ?? null),
    };
  });
  return [...bars, missing];
}

/** Found by looking at each edge; months are compared as text. */
function barAt(shape: DimensionCounts, parts: readonly (string | number | null)[]): number {
  const bars = barsOf(shape);
  if (parts.every((part) => part === null)) return bars;
  if (shape.shape === "category") {
    const at = shape.names.indexOf(categoryKey(parts as readonly (string | null)[]) ?? "");
    if (at < 0) throw new Error(`no bar for ${parts.join()}`);
    return at;
  }
  const [value] = parts;
  const bound = (edge: number | string) => (typeof edge === "string" ? `${edge}-01` : edge);
  let at = 0;
  for (let bar = 1; bar < bars; bar++)
    if ((value ?? 0) >= bound(shape.edges[bar * shape.barSteps] ?? 0)) at = bar;
  return at;
}

/** Every dimension and both totals are as SQL counts them. */
export async function expectCounts(crossfilter: Crossfilter, engine: DuckDBEngine, sought: Sought) {
  const actual = crossfilter.counts(sought);
  const counted = new Counted(engine, actual);
  const whole = { grain: sought.grain, filters: {} };
  const [selected, all] = [await counted.totals(sought), await counted.totals(whole)];
  expect({ customers: actual.customers, cards: actual.cards }).toEqual({
    customers: { selected: selected.customers, whole: all.customers },
    cards: { selected: selected.cards, whole: all.cards },
  });
  for (const { id, because, counts, missing, whole: ghosts } of actual.dimensions) {
    if (because !== undefined) continue;
    expect([id, [...counts, missing.count]]).toEqual([id, await counted.bars(id, sought)]);
    expect([id, [...ghosts, missing.whole]]).toEqual([id, await counted.bars(id, whole)]);
  }
}

/** A brush as the browser counts it, from the body of an answer, is as SQL counts it. */
export async function expectBrush(
  crossfilter: Crossfilter,
  engine: DuckDBEngine,
  sought: Sought,
  active: DimensionId,
  move: Move | undefined,
  brushes: readonly (readonly [number, number])[],
) {
  const shape = crossfilter.counts(sought);
  const range = shape.dimensions.find(({ id }) => id === active);
  if (range?.shape !== "range") throw new Error(`not a range: ${active}`);
  const counted = new Counted(engine, shape);
  const cube = BrushCube.decode(encodeCube(crossfilter.cube(sought, active, move)).buffer);
  for (const [lo, hi] of brushes) {
    const now = cube.countsFor(lo, hi);
    const brushed = {
      grain: sought.grain,
      filters: { ...sought.filters, [active]: filterOf(range, lo, hi) },
    };
    const where = `${active} ${lo}..${hi} ${JSON.stringify({ move, ...brushed })}`;
    expect([where, { customers: now.customers, cards: now.cards }]).toEqual([
      where,
      await counted.totals(brushed),
    ]);
    for (const { id, because } of shape.dimensions) {
      if (id === active || because !== undefined) continue;
      const bars = now.dimensions.get(id);
      expect([where, id, [...(bars?.counts ?? []), bars?.missing]]).toEqual([
        where,
        id,
        await counted.bars(id, brushed),
      ]);
    }
  }
}
