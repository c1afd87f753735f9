import type { DimensionId, Owner, RangeDimension } from "../dimensions.ts";
import type { Bound, Look, LookGrain } from "../look.ts";
import { type Bins, type Column, isRange } from "./bins.ts";
import { monthText } from "./extent.ts";
import { failsOf } from "./filters.ts";
import { type Tally, tallyByOwner } from "./tally.ts";

/** What is selected, of the whole. */
export interface Part {
  readonly selected: number;
  readonly whole: number;
}

interface Common {
  readonly id: DimensionId;
  readonly label: string;
  readonly owner: Owner;
  /** Why there is nothing to draw: which columns the files lack. There are no bars then. */
  readonly because?: string;
  /** By bar, what the filters of all other dimensions leave. */
  readonly counts: readonly number[];
  /** By bar, without any filter. */
  readonly whole: readonly number[];
  /** Where the value is missing. */
  readonly missing: { readonly count: number; readonly whole: number };
}

export interface RangeCounts extends Common {
  readonly shape: "range";
  readonly kind: RangeDimension["kind"];
  /** The width of a bin, which a brush snaps to; in months for a month. */
  readonly step: number;
  /** Bins that are drawn as one bar. */
  readonly barSteps: number;
  /** Bounds of the bins, one more than there are: bin i holds edge i <= value < edge i + 1. Months as YYYY-MM. */
  readonly edges: readonly Bound[];
  /** Whether the first or the last bin also holds what lies beyond: a brush that ends there has no bound. */
  readonly open: { readonly low: boolean; readonly high: boolean };
}

export interface CategoryCounts extends Common {
  readonly shape: "category";
  readonly kind: "label";
  /** Of the bars, as in an address. */
  readonly names: readonly string[];
  /** Where there are too many names: those that share the bar after the last. */
  readonly others?: number;
}

export type DimensionCounts = RangeCounts | CategoryCounts;

/**
 * Each dimension under the filters of all others. A bar counts what narrowing to that bar would select: of customers
 * those who hold a card in it, where it is a bar of cards, so that a customer may stand in several, in each once.
 */
export interface CrossfilterCounts {
  readonly grain: LookGrain;
  readonly customers: Part;
  readonly cards: Part;
  readonly dimensions: readonly DimensionCounts[];
}

/** The counts of a look by what they count. */
export type Tallies = ReadonlyMap<Tally["of"], Uint32Array>;

export const isShown = ({ because }: Column): boolean => because === undefined;

export function tallyOf(bins: Bins, { grain, filters }: Pick<Look, "grain" | "filters">): Tallies {
  const fails = failsOf(bins, filters);
  const row = new Uint16Array(bins.customers + 1);
  const tables = tallyByOwner(bins, grain, fails, bins.columns.filter(isShown), row, 1);
  const tallies = new Map(tables.map(({ of, counts }) => [of, counts]));
  // without a filter there are customers without cards and cards without customers as well
  if (!fails.any)
    tallies.set("customers", Uint32Array.of(bins.customers)).set("cards", Uint32Array.of(bins.cards));
  return tallies;
}

export function countsOf(bins: Bins, grain: LookGrain, selected: Tallies, whole: Tallies): CrossfilterCounts {
  const part = (of: "customers" | "cards"): Part => ({
    selected: selected.get(of)?.[0] ?? 0,
    whole: whole.get(of)?.[0] ?? 0,
  });
  return {
    grain,
    customers: part("customers"),
    cards: part("cards"),
    dimensions: bins.columns.map((column) => dimensionCounts(column, selected, whole)),
  };
}

function dimensionCounts(column: Column, selected: Tallies, whole: Tallies): DimensionCounts {
  const { id, owner, because, bars } = column;
  const of = (tallies: Tallies) => [...(tallies.get(id) ?? [])];
  const [count, all] = [of(selected), of(whole)];
  const common = {
    id,
    label: column.dimension.label,
    owner,
    ...(because !== undefined && { because }),
    counts: count.slice(0, bars),
    whole: all.slice(0, bars),
    missing: { count: count[bars] ?? 0, whole: all[bars] ?? 0 },
  };
  if (!isRange(column)) {
    const { keys, drawn } = column.names;
    const others = keys.length - drawn;
    return {
      ...common,
      shape: "category",
      kind: "label",
      names: keys.slice(0, drawn),
      ...(others > 0 && { others }),
    };
  }
  const { kind } = column.dimension;
  const { step, barSteps, open } = column;
  const edges = [...column.edges].map((edge) => (kind === "month" ? monthText(edge) : edge));
  return { ...common, shape: "range", kind, step, barSteps, edges, open };
}
