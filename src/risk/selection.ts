/**
 * Who is selected at a cut-off: up to that probability of default or, of a ranking, everyone but the riskiest such
 * part. `logOdds` are those of no default.
 */
export function selectedAt(cutOff: number, pd: Float64Array | null, logOdds: Float64Array): Uint8Array {
  if (pd) return Uint8Array.from(pd, (value) => (value <= cutOff ? 1 : 0));
  const sorted = Float64Array.from(logOdds).sort();
  const least = sorted[Math.min(sorted.length - 1, Math.floor(cutOff * sorted.length))]!;
  return Uint8Array.from(logOdds, (value) => (value >= least ? 1 : 0));
}
