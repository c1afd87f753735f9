import type { DimensionId } from "../../../src/explore/dimensions.ts";
import type { Filter } from "../../../src/explore/look.ts";
import type { CrossfilterAnswer } from "../../../src/server/routes/crossfilter.ts";
import type { Brush, Move } from "../../kit/histogram.ts";
import type { Address } from "../address.svelte.ts";
import { send } from "../api.ts";
import { getLive } from "../live.svelte.ts";
import type { Resource } from "../resource.svelte.ts";
import type { Selection } from "../selection.svelte.ts";
import { type BrushCounts, BrushCube } from "./cube.ts";

export type View = CrossfilterAnswer["dimensions"][number];
export type RangeView = Extract<View, { shape: "range" }>;

/** What a view draws now. */
export interface Bars {
  readonly counts: ArrayLike<number>;
  readonly missing: number;
}

interface Wanted {
  readonly id: DimensionId;
  readonly key: string;
  /** Of a live portfolio: what the counts are of. */
  readonly version: string;
}

/**
 * The views and the brush that moves over one of them. What the other views count is asked for once, when a brush
 * begins; then it is sums in memory. Steps are drawn once per frame, however many events there are.
 */
export class Crossfilter {
  readonly #address: Address;
  readonly #answers: Resource<CrossfilterAnswer>;
  readonly #selection: Selection;
  /** Counts under the brush, until the answer for the filter it left is there. */
  #live = $state.raw<{ readonly id: DimensionId; readonly counts: BrushCounts } | undefined>();
  #wanted: Wanted | undefined;
  #cube: BrushCube | undefined;
  #at: Brush | undefined;
  #frame = 0;
  #moving = $state.raw<DimensionId | undefined>();
  readonly #portfolio = getLive();
  error = $state.raw<unknown>();

  constructor(address: Address, answers: Resource<CrossfilterAnswer>, selection: Selection) {
    this.#address = address;
    this.#answers = answers;
    this.#selection = selection;
    // the answer for the filter has come: what the brush left is no longer needed
    $effect(() => {
      const { data, loading } = answers;
      if (loading || data === undefined || this.#moving !== undefined) return;
      this.#live = undefined;
      selection.live = undefined;
    });
  }

  get views(): readonly View[] {
    return this.#answers.data?.dimensions ?? [];
  }

  bars(view: View): Bars {
    const live = this.#live;
    const moved =
      live === undefined || live.id === view.id
        ? undefined
        : live.counts.dimensions.get(view.id as DimensionId);
    return moved ?? { counts: view.counts, missing: view.missing.count };
  }

  /** The reader may be about to brush: what it needs is asked for ahead, where it does not depend on how it moves. */
  prepare(view: RangeView): void {
    if (this.#moving === undefined && !this.#dependsOnMove(view)) this.#want(view, undefined);
  }

  start(view: RangeView, move: Move): void {
    this.#moving = view.id as DimensionId;
    this.#at = undefined;
    this.#want(view, move === "any" || !this.#dependsOnMove(view) ? undefined : move);
  }

  move(view: RangeView, lo: number, hi: number): void {
    this.#moving = view.id as DimensionId;
    this.#at = [lo, hi];
    if (this.#frame === 0)
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#draw();
      });
  }

  end(view: RangeView): void {
    const at = this.#at;
    this.#moving = undefined;
    this.#at = undefined;
    if (at !== undefined) this.#address.setFilter(view.id, filterOfBrush(view, at));
  }

  clear(view: View): void {
    this.#moving = undefined;
    this.#at = undefined;
    this.#live = undefined;
    this.#address.setFilter(view.id, undefined);
  }

  /** Chooses or leaves names of a category, or "not stated" of a range. */
  toggle(view: View, keys: readonly (string | null)[], on?: boolean): void {
    const chosen = new Set(chosenOf(this.#address.filter(view.id)));
    for (const key of keys)
      if (on ?? !chosen.has(key)) chosen.add(key);
      else chosen.delete(key);
    this.#address.setFilter(view.id, chosen.size === 0 ? undefined : { values: [...chosen] });
  }

  leave(): void {
    this.#selection.live = undefined;
  }

  /** Bars and bins stand still under a brush that moves. */
  get isMoving(): boolean {
    return this.#moving !== undefined;
  }

  /** A customer may hold cards in several bins of a brush over cards: counts then hold for one way of moving. */
  #dependsOnMove(view: RangeView): boolean {
    return view.owner === "card";
  }

  #want(view: RangeView, move: Exclude<Move, "any"> | undefined): void {
    const id = view.id as DimensionId;
    const params = new URLSearchParams(this.#address.look);
    params.delete(id);
    const key = JSON.stringify([params.toString(), id, move]);
    const version = this.#portfolio?.version ?? "";
    const isKnown = this.#wanted?.key === key;
    if (isKnown && this.#wanted?.version === version) return;
    const wanted = { id, key, version };
    this.#wanted = wanted;
    // counts of a moment ago are shown until those of now are here
    if (!isKnown) this.#cube = undefined;
    send(this.#address.api("/crossfilter/cube"), {
      method: "POST",
      body: { active: id, ...(move && { move }) },
    })
      .then((response) => response.arrayBuffer())
      .then(
        (body) => {
          if (this.#wanted !== wanted) return;
          const cube = BrushCube.decode(body);
          // a brush that moves is over bins that may be others by now
          if (
            this.#cube === undefined ||
            this.#moving === undefined ||
            cube.layout.bins === this.#cube.layout.bins
          )
            this.#cube = cube;
          this.error = undefined;
          this.#draw();
        },
        (error: unknown) => {
          if (this.#wanted !== wanted) return;
          this.#wanted = undefined;
          this.error = error;
        },
      );
  }

  #draw(): void {
    const [lo, hi] = this.#at ?? [-1, -1];
    const id = this.#moving;
    if (id === undefined || this.#wanted?.id !== id || !this.#cube?.holds(lo, hi)) return;
    const counts = this.#cube.countsFor(lo, hi);
    this.#live = { id, counts };
    const whole = this.#answers.data;
    if (whole === undefined) return;
    this.#selection.live = {
      customers: { selected: counts.customers, whole: whole.customers.whole },
      cards: { selected: counts.cards, whole: whole.cards.whole },
    };
  }
}

export const chosenOf = (filter: Filter | undefined): readonly (string | null)[] =>
  filter !== undefined && "values" in filter ? filter.values : [];

/** The bins of a filter that the address states; one that lies between bins is drawn by the bins it touches. */
export function brushOf(view: RangeView, filter: Filter | undefined): Brush | undefined {
  if (filter === undefined || "values" in filter) return undefined;
  const { edges } = view;
  const bins = edges.length - 1;
  const at = (bound: number | string, from: "low" | "high") => {
    const place = edges.findIndex((edge) => (from === "low" ? edge > bound : edge >= bound));
    return place < 0 ? bins : from === "low" ? Math.max(0, place - 1) : place;
  };
  const lo = filter.low === null ? 0 : at(filter.low, "low");
  const hi = filter.high === null ? bins : at(filter.high, "high");
  return lo < hi ? [lo, hi] : [Math.max(0, Math.min(lo, bins - 1)), Math.min(bins, Math.max(lo, 0) + 1)];
}

/** A brush over all bins is no filter. */
function filterOfBrush({ edges, open }: RangeView, [lo, hi]: Brush): Filter | undefined {
  const bins = edges.length - 1;
  const low = lo === 0 && open.low ? null : (edges[lo] ?? null);
  const high = hi === bins && open.high ? null : (edges[hi] ?? null);
  return lo === 0 && hi === bins ? undefined : { low, high };
}
