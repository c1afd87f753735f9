/** Browsers draw no element higher than some 17 to 33 million pixels. */
const HIGHEST = 8_000_000;
/** A wheel or a finger moves by less than this at once; a scroll bar that is dragged, by more. */
const NEAR = 2_000;

interface Extent {
  readonly total: number;
  readonly rowHeight: number;
  /** Height in which rows are seen. */
  readonly view: number;
}

/**
 * Scrolls through more rows than an element can be high. The element is lower than the rows together; small steps
 * move by what they say, so that no row is skipped, and long ones by their part of the whole.
 */
export class LongScroll {
  /** In pixels of all rows together. */
  top = 0;
  #extent: Extent = { total: 0, rowHeight: 1, view: 0 };
  #last = 0;

  get height(): number {
    return Math.min(HIGHEST, this.#extent.total * this.#extent.rowHeight);
  }

  get scaled(): boolean {
    return this.#extent.total * this.#extent.rowHeight > HIGHEST;
  }

  /** Rows in sight from (included) to (excluded), and by how much the first is cut off. */
  get sight(): { readonly from: number; readonly to: number; readonly cut: number } {
    const { total, rowHeight, view } = this.#extent;
    const from = Math.floor(this.top / rowHeight);
    const to = Math.min(total, Math.ceil((this.top + view) / rowHeight));
    return { from, to, cut: this.top - from * rowHeight };
  }

  resize(extent: Extent): void {
    this.#extent = extent;
    this.top = Math.max(0, Math.min(this.#most, this.top));
  }

  /** The element was scrolled. */
  scrolled(scrollTop: number): void {
    const by = scrollTop - this.#last;
    this.#last = scrollTop;
    if (!this.scaled) this.top = scrollTop;
    else if (Math.abs(by) < NEAR) this.top += by;
    else this.top = (scrollTop / this.#mostScroll) * this.#most;
    this.top = Math.max(0, Math.min(this.#most, this.top));
  }

  /** Brings a row into sight. */
  reveal(row: number): void {
    const { rowHeight, view } = this.#extent;
    if (row * rowHeight < this.top) this.top = row * rowHeight;
    else if ((row + 1) * rowHeight > this.top + view) this.top = (row + 1) * rowHeight - view;
    this.top = Math.max(0, Math.min(this.#most, this.top));
  }

  /** Where the element has to be scrolled to, to stand where the rows do. */
  settle(): number {
    this.#last = this.#most === 0 ? 0 : Math.round((this.top / this.#most) * this.#mostScroll);
    return this.#last;
  }

  get #most(): number {
    const { total, rowHeight, view } = this.#extent;
    return Math.max(0, total * rowHeight - view);
  }

  get #mostScroll(): number {
    return Math.max(0, this.height - this.#extent.view);
  }
}
