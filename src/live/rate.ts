const WINDOW_MS = 5_000;

/** How fast a total rises. */
export class Rate {
  readonly #seen: { readonly at: number; readonly total: number }[] = [];

  add(total: number, at = performance.now()): void {
    this.#seen.push({ at, total });
    // the last one before the window is where it begins
    while ((this.#seen[1]?.at ?? at) < at - WINDOW_MS) this.#seen.shift();
  }

  /** Over the last five seconds. */
  perSecond(at = performance.now()): number {
    const last = this.#seen.at(-1);
    const first = this.#seen.findLast(({ at: seen }) => seen <= at - WINDOW_MS) ?? this.#seen[0];
    return last === undefined || first === undefined ? 0 : ((last.total - first.total) / WINDOW_MS) * 1000;
  }
}
