import { auc } from "./auc.ts";
import { binColumn, merge } from "./binning.ts";
import type { InputColumn, Labelled, LeftOut } from "./borrowers.ts";
import { type Counts, evidenceOf, placesOf } from "./evidence.ts";
import { splitFolds } from "./folds.ts";
import { knownAfterwards } from "./leakage-names.ts";
import type { Pace } from "./pace.ts";
import { wilson } from "./proportion.ts";
import { takeColumn, takeOutcome } from "./row-order.ts";

/** No single honest column of a borrower tells defaulters apart as well as this; the best come to some 0.8. */
const SEPARATES = 0.95;
/** Part of a place's customers that default at least, by the lower end of the 95 % interval. */
const NEARLY_ALL = 0.95;
/** Part of all defaults that lie there: a value that a few unlucky customers have is no finding. */
const PART_OF_DEFAULTS = 0.05;
/** With too few customers for that interval: all of them default, and they are this part of all defaults. */
const PART_OF_FEW = 0.3;
const FEWEST = 10;
/** Customers with one outcome, against as many as are expected among so many customers: nearly none. */
const NEARLY_NONE = 0.01;
const EXPECTED = 100;
const PART_OF_OTHERS = 0.2;

/** Where in a column customers are looked at together. */
interface Place extends Counts {
  /** "of 0.5 or more"; put in words where something is found alone. */
  readonly where: () => string;
}

/**
 * Columns that copy the outcome, or are known only after it. They are told by what they do: one separates the
 * outcomes by itself, or has values that nearly only defaulters, or nearly only others, have. Names alone tell the
 * usual ones.
 */
export async function findLeakage(labelled: Labelled, pace: Pace): Promise<LeftOut[]> {
  const whole = { customers: labelled.rows, defaults: labelled.outcome.reduce((sum, y) => sum + y, 0) };
  const found: LeftOut[] = [];
  for (const column of labelled.inputs) {
    const after = knownAfterwards(column.name);
    const because =
      after === undefined
        ? (separates(column, labelled.outcome) ?? givenAway(column, labelled.outcome, whole))
        : `its name says that it tells ${after}, which is known only after the outcome`;
    if (because !== undefined) found.push({ column: column.name, reason: "leakage", because });
    await pace.step(labelled.rows * 100);
  }
  return found;
}

/** By two halves, each looked at with the bins of the other, so that no column separates by chance. */
function separates(column: InputColumn, outcome: Uint8Array): string | undefined {
  const dealt = [0, 0];
  const halves = splitFolds(
    outcome.map((y) => dealt[y]!++ % 2),
    2,
  );
  const risk = new Float64Array(outcome.length);
  for (const { train, test } of halves) {
    const { bins } = binColumn(takeColumn(column, train), takeOutcome(outcome, train));
    const woe = evidenceOf(bins, placesOf(bins, takeColumn(column, test)));
    test.forEach((row, i) => {
      risk[row] = -woe[i]!;
    });
  }
  const area = auc(outcome, risk);
  return area > SEPARATES
    ? `separates defaulters from others by itself (AUC ${area.toFixed(3)}), as a copy of the outcome does`
    : undefined;
}

function givenAway(column: InputColumn, outcome: Uint8Array, whole: Counts): string | undefined {
  const places =
    column.kind === "number" ? numberPlaces(column.values, outcome) : levelPlaces(column, outcome);
  const rate = whole.defaults / whole.customers;
  const others = whole.customers - whole.defaults;
  const against = `against ${percent(rate)} of all`;
  for (const place of places) {
    if (place.customers === whole.customers) continue;
    const { customers, defaults, where } = place;
    const isSure =
      wilson(defaults, customers).low >= NEARLY_ALL && defaults >= PART_OF_DEFAULTS * whole.defaults;
    const isAllOfFew =
      defaults === customers && defaults >= FEWEST && defaults >= PART_OF_FEW * whole.defaults;
    if (rate < 0.5 && (isSure || isAllOfFew)) {
      return `${counted(defaults)} of the ${counted(customers)} customers with a value ${where()} defaulted, ${against}: it seems to be known only after the outcome`;
    }
    const paid = customers - defaults;
    if (isNearlyNone(defaults, customers * rate, paid / others)) {
      return `only ${counted(defaults)} of the ${counted(customers)} customers with a value ${where()} defaulted, ${against}: it seems to be known only after the outcome`;
    }
    if (isNearlyNone(paid, customers * (1 - rate), defaults / whole.defaults)) {
      return `all but ${counted(paid)} of the ${counted(customers)} customers with a value ${where()} defaulted, ${against}: it seems to be known only after the outcome`;
    }
  }
  return undefined;
}

/** `part`: of those with the other outcome that are here. */
const isNearlyNone = (found: number, expected: number, part: number): boolean =>
  expected >= EXPECTED && found <= NEARLY_NONE * expected && part >= PART_OF_OTHERS;

/** Every tail, every value, and whether there is one. */
function* numberPlaces(values: Float64Array, outcome: Uint8Array): Generator<Place> {
  const of = (y: number) => values.filter((value, i) => outcome[i] === y && !Number.isNaN(value)).sort();
  const [good, bad] = [of(0), of(1)];
  const { value, customers, defaults, size } = merge(good, bad);
  const all = { customers: good.length + bad.length, defaults: bad.length };
  const whole = { customers: values.length, defaults: outcome.reduce((sum, y) => sum + y, 0) };
  yield { ...all, where: () => "at all" };
  yield {
    customers: whole.customers - all.customers,
    defaults: whole.defaults - all.defaults,
    where: () => "that is missing",
  };
  const below = { customers: 0, defaults: 0 };
  for (let i = 0; i < size; i++) {
    const one = { customers: customers[i]!, defaults: defaults[i]! };
    yield {
      customers: all.customers - below.customers,
      defaults: all.defaults - below.defaults,
      where: () => `of ${value[i]} or more`,
    };
    below.customers += one.customers;
    below.defaults += one.defaults;
    yield { ...below, where: () => `of ${value[i]} or less` };
    yield { ...one, where: () => `of ${value[i]}` };
  }
}

function* levelPlaces(
  column: Extract<InputColumn, { kind: "category" }>,
  outcome: Uint8Array,
): Generator<Place> {
  const places = [...column.levels.map((level) => `of "${level}"`), "that is missing"].map((where) => ({
    where: () => where,
    customers: 0,
    defaults: 0,
  }));
  const missing = places.length - 1;
  column.values.forEach((level, i) => {
    const place = places[level < 0 ? missing : level]!;
    place.customers++;
    place.defaults += outcome[i]!;
  });
  yield* places;
  const absent = places[missing]!;
  yield {
    where: () => "at all",
    customers: outcome.length - absent.customers,
    defaults: outcome.reduce((sum, y) => sum + y, 0) - absent.defaults,
  };
}

const percent = (rate: number): string => `${(100 * rate).toFixed(1)} %`;
const counted = (n: number): string => n.toLocaleString("en-US");
