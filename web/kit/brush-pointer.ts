import type { Brushing } from "./brushing.svelte.ts";
import type { Brush } from "./histogram.ts";

export type Grip = "low" | "high" | "window" | "new";

/** Where the bins are, in pixels of the field. */
export interface Ground {
  readonly bins: number;
  readonly left: number;
  readonly binWidth: number;
}

interface Press {
  readonly x: number;
  readonly y: number;
  readonly grip: Grip;
  readonly at: Brush;
  /** The bound at which a new brush begins. */
  readonly origin: number;
  moved: boolean;
}

/** What a pointer does to a brush: draws one, drags a bound, moves it, or clicks. */
export class BrushPointer {
  #press: Press | undefined;
  readonly #brushing: Brushing;
  readonly #ground: () => Ground;
  readonly #onclick: (x: number, y: number) => void;

  constructor(brushing: Brushing, ground: () => Ground, onclick: (x: number, y: number) => void) {
    this.#brushing = brushing;
    this.#ground = ground;
    this.#onclick = onclick;
  }

  get pressed(): boolean {
    return this.#press !== undefined;
  }

  /** What of the brush lies at a place: fingers need more room than a mouse. */
  gripAt(px: number, coarse: boolean): Grip {
    const { now } = this.#brushing;
    if (now === undefined) return "new";
    const [a, b] = now.map((bin) => this.#x(bin)) as [number, number];
    const reach = coarse ? 18 : 7;
    const inside = Math.min(reach, (b - a) / 3);
    if (px >= a - reach && px <= a + inside) return "low";
    if (px >= b - inside && px <= b + reach) return "high";
    return px > a && px < b ? "window" : "new";
  }

  down(x: number, y: number, coarse: boolean): void {
    const { bins, left, binWidth } = this.#ground();
    const origin = Math.max(0, Math.min(bins, Math.round((x - left) / binWidth)));
    const at = this.#brushing.now ?? [0, bins];
    this.#press = { x, y, grip: this.gripAt(x, coarse), at, origin, moved: false };
  }

  /** Returns the side that is held when the brush begins to move. */
  move(x: number): 0 | 1 | undefined {
    const press = this.#press;
    if (press === undefined) return undefined;
    const { at, grip } = press;
    let began: 0 | 1 | undefined;
    const anchor = grip === "low" ? at[1] : grip === "high" ? at[0] : press.origin;
    if (!press.moved) {
      if (Math.abs(x - press.x) < 3) return undefined;
      press.moved = true;
      began = grip === "low" ? 0 : 1;
      this.#brushing.start(grip === "window" ? { width: at[1] - at[0] } : { anchor });
    }
    const { bins, left, binWidth } = this.#ground();
    if (grip === "window") {
      const by = Math.max(-at[0], Math.min(bins - at[1], Math.round((x - press.x) / binWidth)));
      this.#brushing.to(at[0] + by, at[1] + by);
    } else this.#brushing.to(anchor, Math.round((x - left) / binWidth));
    return began;
  }

  up(): void {
    const press = this.#press;
    this.#press = undefined;
    if (press?.moved) this.#brushing.end();
    else if (press) this.#onclick(press.x, press.y);
  }

  /** Whether there was a brush in motion; it is back where it was. */
  cancel(): boolean {
    const moved = this.#press?.moved === true;
    this.#press = undefined;
    if (moved) this.#brushing.cancel();
    return moved;
  }

  #x(bin: number): number {
    const { left, binWidth } = this.#ground();
    return left + bin * binWidth;
  }
}
