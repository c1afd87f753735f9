import type { InputColumn } from "./borrowers.ts";
import type { Bin } from "./model.ts";

export interface Counts {
  readonly customers: number;
  readonly defaults: number;
}

/**
 * A bin is read as if it held customers of the overall default rate besides, so many that two of them have the rarer
 * outcome. It keeps a bin of three customers, or one without a default, from saying more than it knows, and hardly
 * moves one with hundreds of defaults.
 */
const PRIOR_OUTCOMES = 2;

/** Default rate of a part, drawn towards that of the whole. */
export function shrunkenRate(part: Counts, whole: Counts): number {
  const rate = whole.defaults / whole.customers;
  const customers = PRIOR_OUTCOMES / Math.min(rate, 1 - rate);
  return (part.defaults + customers * rate) / (part.customers + customers);
}

/** Weight of evidence: ln(share of the non-defaulted / share of the defaulted), shrunken; higher is safer. */
export function weightOfEvidence(part: Counts, whole: Counts): number {
  if (part.customers === 0) return 0;
  const odds = whole.defaults / (whole.customers - whole.defaults);
  const rate = shrunkenRate(part, whole);
  return Math.log(((1 - rate) / rate) * odds);
}

/** What a bin adds to the information value; never negative, since the evidence has the sign of the difference. */
export function information(part: Counts, whole: Counts): number {
  const others = whole.customers - whole.defaults;
  const difference = (part.customers - part.defaults) / others - part.defaults / whole.defaults;
  return difference * weightOfEvidence(part, whole);
}

/**
 * Information value that one more bin gains on average where nothing is there to be found: the chi-square of one
 * degree of freedom is 1.
 */
export const chanceInformation = (whole: Counts): number =>
  1 / (whole.customers - whole.defaults) + 1 / whole.defaults;

/** The bin of every row, as its place in the list. */
export function placesOf(bins: readonly Bin[], column: InputColumn): Uint8Array {
  return column.kind === "number" ? placesOfNumbers(bins, column.values) : placesOfLevels(bins, column);
}

const placeOf = (bins: readonly Bin[], kind: Bin["kind"]): number =>
  bins.findIndex((bin) => bin.kind === kind);

function placesOfNumbers(bins: readonly Bin[], values: Float64Array): Uint8Array {
  const first = placeOf(bins, "range");
  const cuts = Float64Array.from(
    bins.flatMap(({ kind, low }) => (kind === "range" && low !== null ? [low] : [])),
  );
  const missing = placeOf(bins, "missing");
  const codes = new Map(bins.flatMap((bin, place) => bin.codes.map((code) => [code, place] as const)));
  const places = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      places[i] = missing;
      continue;
    }
    const code = codes.size > 0 ? codes.get(value) : undefined;
    if (code !== undefined) {
      places[i] = code;
      continue;
    }
    let place = 0;
    while (place < cuts.length && value >= cuts[place]!) place++;
    places[i] = first + place;
  }
  return places;
}

function placesOfLevels(
  bins: readonly Bin[],
  column: { readonly levels: readonly string[]; readonly values: Int32Array },
): Uint8Array {
  const other = placeOf(bins, "other");
  const missing = placeOf(bins, "missing");
  const known = new Map(bins.flatMap((bin, place) => bin.levels.map((level) => [level, place] as const)));
  const byLevel = Uint8Array.from(column.levels, (level) => known.get(level) ?? other);
  return Uint8Array.from(column.values, (level) => (level < 0 ? missing : byLevel[level]!));
}

/** The weight of evidence of every row. */
export function evidenceOf(bins: readonly Bin[], places: Uint8Array): Float64Array {
  const woe = Float64Array.from(bins, (bin) => bin.woe);
  const evidence = new Float64Array(places.length);
  for (let i = 0; i < places.length; i++) evidence[i] = woe[places[i]!]!;
  return evidence;
}
