export interface Line {
  readonly label: string;
  readonly value: string;
  /** Series whose swatch stands before the label. */
  readonly series?: number;
}

/** What is told about one mark of a chart, in its tooltip and to assistive technology. */
export interface Note {
  readonly title: string;
  readonly lines: readonly Line[];
}

export const sentence = ({ title, lines }: Note): string =>
  `${title}: ${lines.map(({ label, value }) => `${label} ${value}`).join(", ")}`;

/** The mark that is pointed at or focused. One mark of a chart is in the tab order; arrow keys reach the rest. */
export class Cursor {
  active = $state(-1);
  stop = $state(0);
  note = $state.raw<Note | undefined>();
  box = $state.raw<DOMRect | undefined>();
  #element: Element | undefined;

  /** Attributes of the element that is mark `index`. */
  mark(index: number, note: () => Note) {
    const show = (event: Event) => this.#show(index, note(), event.currentTarget as Element);
    const hide = () => this.hide();
    return {
      "data-mark": index,
      role: "graphics-symbol",
      "aria-label": sentence(note()),
      tabindex: index === this.stop ? 0 : -1,
      onfocus: show,
      onpointerenter: show,
      onblur: hide,
      onpointerleave: hide,
    };
  }

  /** Follows the mark where the page scrolls under it. */
  follow(): void {
    if (this.note) this.box = this.#element?.getBoundingClientRect();
  }

  hide(): void {
    this.active = -1;
    this.note = undefined;
  }

  /** Arrow keys go to the nearest mark on that side, else to the one before or after; Home, End, Escape. */
  key(event: KeyboardEvent): void {
    const plot = event.currentTarget as Element;
    const marks = [...plot.querySelectorAll<SVGElement>("[data-mark]")];
    const at = marks.indexOf(document.activeElement as SVGElement);
    const from = marks[at];
    if (from === undefined) return;
    if (event.key === "Escape") this.hide();
    const arrow = arrows[event.key];
    const to =
      arrow !== undefined
        ? (nearest(from, marks, arrow) ?? marks[at + (arrow[0] || arrow[1])])
        : event.key === "Home"
          ? marks[0]
          : event.key === "End"
            ? marks.at(-1)
            : undefined;
    if (arrow !== undefined || to !== undefined) event.preventDefault();
    to?.focus();
  }

  #show(index: number, note: Note, element: Element): void {
    this.active = index;
    this.stop = index;
    this.note = note;
    this.#element = element;
    this.box = element.getBoundingClientRect();
  }
}

const arrows: Record<string, readonly [number, number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** The mark that lies next in a direction; undefined where marks stand in one line across it. */
function nearest(from: Element, marks: readonly SVGElement[], [dx, dy]: readonly [number, number]) {
  const centre = (element: Element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [left + width / 2, top + height / 2] as const;
  };
  const [x, y] = centre(from);
  let best: { mark: SVGElement; distance: number } | undefined;
  for (const mark of marks) {
    const [mx, my] = centre(mark);
    const along = (mx - x) * dx + (my - y) * dy;
    const aside = Math.abs((mx - x) * dy) + Math.abs((my - y) * dx);
    if (along < 1 || aside > along * 1.5) continue;
    const distance = along + 2 * aside;
    if (best === undefined || distance < best.distance) best = { mark, distance };
  }
  return best?.mark;
}
