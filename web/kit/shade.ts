/** Colour of a value between 0 and the largest (blue) or the smallest, negative one (orange). Ink stays legible on all of it. */
export function shade(value: number | null, [low, high]: readonly [number, number]): string {
  if (value === null) return "var(--surface)";
  const reach = Math.max(high, -low);
  const part = reach === 0 ? 0 : Math.abs(value) / reach;
  return `color-mix(in oklab, var(--heat-${value < 0 ? "negative" : "high"}) ${(part * 100).toFixed(1)}%, var(--heat-low))`;
}
