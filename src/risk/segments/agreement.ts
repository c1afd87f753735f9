/**
 * Adjusted Rand index (Hubert and Arabie, 1985) of two ways to part the same rows: 1 is the same parts whatever their
 * numbers, 0 is what chance would give.
 */
export function adjustedRandIndex(a: Int32Array, b: Int32Array): number {
  const both = new Map<string, number>();
  const inA = new Map<number, number>();
  const inB = new Map<number, number>();
  a.forEach((partA, row) => {
    const partB = b[row]!;
    count(both, `${partA} ${partB}`);
    count(inA, partA);
    count(inB, partB);
  });
  const together = pairsOf(both);
  const togetherInA = pairsOf(inA);
  const togetherInB = pairsOf(inB);
  const pairs = (a.length * (a.length - 1)) / 2;
  const byChance = pairs === 0 ? 0 : (togetherInA * togetherInB) / pairs;
  const most = (togetherInA + togetherInB) / 2;
  return most === byChance ? 1 : (together - byChance) / (most - byChance);
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const pairsOf = (counts: ReadonlyMap<unknown, number>): number =>
  [...counts.values()].reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
