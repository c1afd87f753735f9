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
  #place: (() => DOMRect) | undefined;

  /** Attributes of the element that is mark `index`; one that opens is a button. */
  mark(index: number, note: () => Note, open?: () => void) {
    const show = (event: Event) => {
      const element = event.currentTarget as Element;
      this.show(index, note(), () => element.getBoundingClientRect());
      this.stop = index;
    };
    const hide = () => this.hide();
    const attributes = {
      "data-mark": index,
      role: "graphics-symbol",
      "aria-label": sentence(note()),
      tabindex: index === this.stop ? 0 : -1,
      onfocus: show,
      onpointerenter: show,
      onblur: hide,
      onpointerleave: hide,
    };
    if (open === undefined) return attributes;
    return {
      ...attributes,
      role: "button",
      "aria-label": `${attributes["aria-label"]}; open the rows`,
      onclick: open,
      onkeydown: (event: KeyboardEvent) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        open();
      },
    };
  }

  /** Attributes of what tells a note under the pointer, and is no mark itself. */
  hover(index: number, note: () => Note) {
    return {
      onpointerenter: (event: Event) => {
        const element = event.currentTarget as Element;
        this.show(index, note(), () => element.getBoundingClientRect());
      },
      onpointerleave: () => this.hide(),
    };
  }

  /** Follows the mark where the page scrolls under it. */
  follow(): void {
    if (this.note) this.box = this.#place?.();
  }

  /** Tells a note beside a place of the window. */
  show(index: number, note: Note, place: () => DOMRect): void {
    this.active = index;
    this.note = note;
    this.#place = place;
    this.box = place();
  }

  hide(): void {
    this.active = -1;
    this.note = undefined;
  }

  key(event: KeyboardEvent): void {
    if (event.key === "Escape") this.hide();
    walk(event);
  }
}

/** Arrow keys go to the nearest mark on that side, else to the one before or after; Home and End to the outermost. */
export function walk(event: KeyboardEvent): void {
  const plot = event.currentTarget as Element;
  const marks = [...plot.querySelectorAll<HTMLElement | SVGElement>("[data-mark]")];
  const at = marks.indexOf(document.activeElement as HTMLElement | SVGElement);
  const from = marks[at];
  if (from === undefined) return;
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

const arrows: Record<string, readonly [number, number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** The mark that lies next in a direction; undefined where marks stand in one line across it. */
function nearest<E extends Element>(from: E, marks: readonly E[], [dx, dy]: readonly [number, number]) {
  const centre = (element: Element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [left + width / 2, top + height / 2] as const;
  };
  const [x, y] = centre(from);
  let best: { mark: E; distance: number } | undefined;
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
