/** What files write for "missing", "refused", "does not apply": nines, eights or sevens, and what counts up to nines. */
const usual = new Set<number>([-1]);
for (let digits = 1; digits <= 10; digits++) {
  for (const digit of [7, 8, 9]) {
    const same = Number(String(digit).repeat(digits));
    usual.add(-same);
    if (digits >= 2) usual.add(same);
  }
  const nines = 10 ** digits - 1;
  // 96 to 98, 991 to 998: several reasons for a missing value
  for (let less = 1; less <= (digits === 1 ? 0 : digits === 2 ? 3 : 9); less++) {
    usual.add(nines - less);
    usual.add(less - nines);
  }
}

/** Below so many rows nothing is a code: a value that stands once is a value. */
const LEAST_ROWS = 2;

/** Fewer different values show no range that another could lie apart from. */
const FEW = 20;

/**
 * Values of a column that are codes and no amounts, ascending. A usual code is one where it lies apart from every
 * other value and is repeated:
 *
 * - above: more than half of the range of the other values away from the greatest of them (96 and 98 beside 0 to
 *   13), for codes of three digits and more a fifth (999 beside scores to 850);
 * - below: the other values are 0 or more, and the code is -7 or less, or a -1 beside more than 20 different values
 *   (-2 and -1 beside 0 to 8 are values).
 *
 * Any other number is one where a hundredth of the rows have it and it lies apart from more than 20 different values
 * by twice their range: 365243 days beside less than 20,000.
 */
export function codesOf(values: Float64Array): number[] {
  const counts = new Map<number, number>();
  const others = new Values();
  let rows = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    rows++;
    if (usual.has(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
    else others.add(value);
  }
  const least = Math.max(LEAST_ROWS, Math.min(5, Math.ceil(rows / 100)));
  const odd = others.apart(Math.max(5, rows / 100));
  const { low, high } = others.rangeWithout(odd);
  if (low > high) return [];
  const isRepeated = (found: readonly number[]) =>
    found.reduce((sum, value) => sum + (counts.get(value) ?? 0), 0) >= least;
  // a usual code among the values is one of them
  const above = [...counts.keys()].filter((value) => value > high);
  const below = [...counts.keys()].filter((value) => value < low);
  const farAbove = settle(above, high, low, (code, range) => range * (code >= 100 ? 0.2 : 0.5));
  const farBelow =
    low >= 0
      ? below.filter((code) => code <= -7 || (code === -1 && below.length === 1 && others.areMany))
      : [];
  return [...odd, ...[farBelow, farAbove].flatMap((found) => (isRepeated(found) ? found : []))].sort(
    (a, b) => a - b,
  );
}

/** The ends of a column: the least and the greatest value with their rows, and those next to them. */
class Values {
  readonly #distinct = new Set<number>();
  #low = Number.POSITIVE_INFINITY;
  #second = Number.POSITIVE_INFINITY;
  #lows = 0;
  #high = Number.NEGATIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #highs = 0;

  add(value: number): void {
    if (this.#distinct.size <= FEW) this.#distinct.add(value);
    if (value < this.#low) {
      this.#second = this.#low;
      this.#low = value;
      this.#lows = 1;
    } else if (value === this.#low) this.#lows++;
    else if (value < this.#second) this.#second = value;
    if (value > this.#high) {
      this.#last = this.#high;
      this.#high = value;
      this.#highs = 1;
    } else if (value === this.#high) this.#highs++;
    else if (value > this.#last) this.#last = value;
  }

  get areMany(): boolean {
    return this.#distinct.size > FEW;
  }

  /** Ends that lie apart from the rest and are repeated. */
  apart(least: number): number[] {
    if (!this.areMany) return [];
    const isHigh = this.#highs >= least && this.#high - this.#last > 2 * (this.#last - this.#low);
    const isLow = this.#lows >= least && this.#second - this.#low > 2 * (this.#high - this.#second);
    return [...(isLow ? [this.#low] : []), ...(isHigh ? [this.#high] : [])];
  }

  rangeWithout(ends: readonly number[]): { low: number; high: number } {
    return {
      low: ends.includes(this.#low) ? this.#second : this.#low,
      high: ends.includes(this.#high) ? this.#last : this.#high,
    };
  }
}

/** Codes from the lowest up that lie far enough from the values below them; those that do not are values. */
function settle(
  candidates: readonly number[],
  high: number,
  low: number,
  gapOf: (code: number, range: number) => number,
): number[] {
  const ascending = candidates.toSorted((a, b) => a - b);
  let top = high;
  while (ascending.length > 0) {
    const [code = 0] = ascending;
    // of a column of one value nothing is known about its range
    if (top > low && code - top > gapOf(code, top - low)) return ascending;
    top = code;
    ascending.shift();
  }
  return [];
}
