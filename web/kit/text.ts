/** Widths of text as the charts set it. */
const widths = new Map<string, number>();
let context: CanvasRenderingContext2D | null | undefined;

export function textWidth(text: string, size = 12, weight = 400): number {
  const key = `${size}/${weight}/${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    context ??= document.createElement("canvas").getContext("2d");
    if (context) {
      context.font = `${weight} ${size}px ${family()}`;
      width = Math.ceil(context.measureText(text).width);
    } else width = Math.ceil(text.length * size * 0.56);
    widths.set(key, width);
  }
  return width;
}

let sans: string | undefined;
function family(): string {
  sans ??= getComputedStyle(document.documentElement).getPropertyValue("--sans");
  return sans === "" ? "sans-serif" : sans;
}

/** At most `lines` lines no wider than `room`; the last one ends in an ellipsis where text is left. */
export function wrap(text: string, room: number, lines = 2, size = 12): string[] {
  const result: string[] = [];
  let rest = text.trim();
  while (rest !== "" && result.length < lines) {
    const end = result.length === lines - 1 ? rest.length : lineEnd(rest, room, size);
    result.push(clip(rest.slice(0, end), room, size));
    rest = rest.slice(end).trim();
  }
  return result;
}

export function clip(text: string, room: number, size = 12): string {
  if (textWidth(text, size) <= room) return text;
  let end = text.length;
  while (end > 1 && textWidth(`${text.slice(0, end).trimEnd()}…`, size) > room) end--;
  return `${text.slice(0, end).trimEnd()}…`;
}

/** Where the first line ends: after the last word that fits, else after the first word. */
function lineEnd(text: string, room: number, size: number): number {
  if (textWidth(text, size) <= room) return text.length;
  const breaks = [...text.matchAll(/[\s\-/]+/g)].map((m) => m.index + m[0].trimEnd().length);
  const ends = breaks.filter((at) => at > 0);
  return ends.filter((at) => textWidth(text.slice(0, at), size) <= room).at(-1) ?? ends[0] ?? text.length;
}
