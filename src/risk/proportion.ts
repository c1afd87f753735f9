/** Standard normal at 97.5 %: for 95 % intervals. */
export const Z95 = 1.959963984540054;

/** Wilson's 95 % interval of a share (JASA 22, 1927): holds for small counts, and for none and all. */
export function wilson(count: number, of: number): { low: number; high: number } {
  if (of === 0) return { low: 0, high: 1 };
  const share = count / of;
  const z = Z95 ** 2 / of;
  const middle = (share + z / 2) / (1 + z);
  const half = (Z95 / (1 + z)) * Math.sqrt((share * (1 - share)) / of + z / of / 4);
  // rounding must not push the share itself out
  return {
    low: Math.max(0, Math.min(share, middle - half)),
    high: Math.min(1, Math.max(share, middle + half)),
  };
}
