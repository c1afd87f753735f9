/** A sum that is known to a reader: the weights of its unknown parts. */
export type Equation = ReadonlyMap<number, number>;

const EPSILON = 1e-9;

/**
 * The unknowns that follow from the equations, whatever the right-hand sides: by elimination, those that no
 * other unknown can make up for.
 */
export function determined(equations: readonly Equation[]): ReadonlySet<number> {
  const pivots = new Map<number, Map<number, number>>();
  for (const equation of equations) {
    const row = new Map(equation);
    for (const [pivot, other] of pivots) subtract(row, other, row.get(pivot) ?? 0);
    const [pivot, weight] = largest(row) ?? [];
    if (pivot === undefined || weight === undefined) continue;
    for (const [unknown, w] of row) row.set(unknown, w / weight);
    for (const other of pivots.values()) subtract(other, row, other.get(pivot) ?? 0);
    pivots.set(pivot, row);
  }
  return new Set([...pivots].flatMap(([pivot, row]) => (row.size === 1 ? [pivot] : [])));
}

function subtract(row: Map<number, number>, other: Equation, times: number): void {
  if (times === 0) return;
  for (const [unknown, weight] of other) {
    const left = (row.get(unknown) ?? 0) - times * weight;
    if (Math.abs(left) < EPSILON) row.delete(unknown);
    else row.set(unknown, left);
  }
}

const largest = (row: Equation): readonly [number, number] | undefined =>
  [...row].reduce<readonly [number, number] | undefined>(
    (best, entry) => (best === undefined || Math.abs(entry[1]) > Math.abs(best[1]) ? entry : best),
    undefined,
  );
