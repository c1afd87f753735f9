import { type Brush, type Move, within } from "./histogram.ts";

export interface BrushHandlers {
  /** A brush begins to move. */
  readonly onstart?: ((move: Move) => void) | undefined;
  /** It moves: bins from (included) to (excluded). */
  readonly onbrush?: ((lo: number, hi: number) => void) | undefined;
  /** It rests where `onbrush` said last. */
  readonly onend?: (() => void) | undefined;
  /** There is no brush any more; ends one that was moving. */
  readonly onclear?: (() => void) | undefined;
}

interface Source extends BrushHandlers {
  readonly bins: number;
  readonly barSteps: number;
  readonly brush?: Brush | undefined;
}

const sameMove = (a: Move | undefined, b: Move) => JSON.stringify(a) === JSON.stringify(b);

/** A brush while it moves, whatever moves it. It is ahead of the page, which may draw less often. */
export class Brushing {
  #live = $state.raw<Brush | undefined>();
  #move: Move | undefined;
  #origin: Brush | undefined;
  readonly #of: () => Source;

  constructor(of: () => Source) {
    this.#of = of;
  }

  get now(): Brush | undefined {
    return this.#live ?? this.#of().brush;
  }

  start(move: Move): void {
    if (sameMove(this.#move, move)) return;
    this.end();
    this.#move = move;
    this.#origin = this.#of().brush;
    this.#of().onstart?.(move);
  }

  to(lo: number, hi: number): void {
    const next = within(lo, hi, this.#of().bins);
    if (this.now?.[0] === next[0] && this.now[1] === next[1]) return;
    this.#live = next;
    this.#of().onbrush?.(...next);
  }

  end(): void {
    if (this.#move === undefined) return;
    this.#move = undefined;
    this.#of().onend?.();
    this.#live = undefined;
  }

  /** Back to where it was before it moved. */
  cancel(): void {
    if (this.#move === undefined) return;
    if (this.#origin === undefined) this.clear();
    else {
      this.to(...this.#origin);
      this.end();
    }
  }

  clear(): void {
    this.#move = undefined;
    this.#live = undefined;
    this.#of().onclear?.();
  }

  /** The bins of one bar and no others; once more clears. */
  toggleBar(bar: number): void {
    const { barSteps, bins } = this.#of();
    const [lo, hi] = within(bar * barSteps, (bar + 1) * barSteps, bins);
    if (this.now?.[0] === lo && this.now[1] === hi) {
      this.clear();
      return;
    }
    this.start({ anchor: lo });
    this.to(lo, hi);
    this.end();
  }

  /** Keys of a handle, as of a slider; with Shift they move the whole brush. */
  key(event: KeyboardEvent, side: 0 | 1): void {
    const { bins, barSteps } = this.#of();
    const [lo, hi] = this.now ?? [0, bins];
    if (event.key === "Escape") {
      if (this.now === undefined) return;
      event.preventDefault();
      this.clear();
      return;
    }
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowDown: -1,
      ArrowRight: 1,
      ArrowUp: 1,
      PageDown: -barSteps,
      PageUp: barSteps,
      Home: -bins,
      End: bins,
    };
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const bounded = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
    if (event.shiftKey) {
      const by = bounded(step, -lo, bins - hi);
      if (by === 0) return;
      this.start({ width: hi - lo });
      this.to(lo + by, hi + by);
    } else if (side === 0) {
      const to = bounded(lo + step, 0, hi - 1);
      if (to === lo) return;
      this.start({ anchor: hi });
      this.to(to, hi);
    } else {
      const to = bounded(hi + step, lo + 1, bins);
      if (to === hi) return;
      this.start({ anchor: lo });
      this.to(lo, to);
    }
  }
}
