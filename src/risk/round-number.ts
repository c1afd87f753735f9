/** The shortest decimal above `low` and not above `high`, the nearest to the middle among those as short. */
export function roundBetween(low: number, high: number): number {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  if (!Number.isFinite(low) || !Number.isFinite(high) || largest === 0) return high;
  const top = Math.floor(Math.log10(largest)) + 1;
  for (let digits = top; digits > top - 17; digits--) {
    const step = 10 ** digits;
    const first = Math.floor(low / step) + 1;
    const last = Math.floor(high / step);
    if (first > last) continue;
    const middle = Math.min(last, Math.max(first, Math.round((low + high) / 2 / step)));
    // as it is written, so that a model file and SQL mean the same number
    const value = Number(`${middle}e${digits}`) + 0;
    if (value > low && value <= high) return value;
  }
  return high;
}
