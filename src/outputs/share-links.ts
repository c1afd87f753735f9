import type { ResultRow, Scalar } from "../engines/engine.ts";
import { cardStatuses, debtTiers, retirementBands, riskBands } from "../schema/bands.ts";
import { EXPERT_MODEL } from "../schema/expert-card.ts";
import type { SharedTable } from "./share-table.ts";

/** A count of a table, with its weight in a sum. */
export interface Part {
  readonly table: SharedTable;
  readonly cell: number;
  readonly weight: number;
}

/** Counts of several analyses whose weighted sum is known to whoever knows the definitions. */
export type Link = readonly Part[];

interface Context {
  readonly tables: ReadonlyMap<string, SharedTable>;
  /** YYYY-MM-DD */
  readonly asOf: string;
  /** Thresholds by full name. */
  readonly params: Readonly<Record<string, number>>;
}

/** Distributions whose row without a name holds the customers that numeric-summary calls missing. */
const MISSING: readonly (readonly [measure: string, id: string, key: string])[] = [
  ["age", "age-distribution", "band"],
  ["annual_income_usd", "income-distribution", "band"],
  ["credit_score", "credit-score-bands", "band"],
  ["debt_to_income", "debt-tiers", "tier"],
];

/** Where the bands of the expert card begin, the safest first, and the width of a bin of its points. */
const cardBounds = ["low_from", "moderate_from", "high_from"];
const POINTS = 5;

/** What the same customers and cards say in several analyses. */
export function linksOf({ tables, asOf, params }: Context): readonly Link[] {
  const parts = (
    id: string,
    column: string,
    where: (row: ResultRow) => boolean = () => true,
    weight = 1,
  ): Part[] => {
    const table = tables.get(id);
    return table === undefined ? [] : table.cells(column, where).map((cell) => ({ table, cell, weight }));
  };
  const links: Part[][] = [];
  /** The first sum is the sum of the others; nothing where one of them is not computed. */
  const add = (whole: Part[], ...others: Part[][]) => {
    if (whole.length > 0 && others.every((other) => other.length > 0))
      links.push([...whole.map((part) => ({ ...part, weight: -part.weight })), ...others.flat()]);
  };

  for (const [measure, id, key] of MISSING)
    add(parts("numeric-summary", "missing", is("measure", measure)), parts(id, "customers", is(key, null)));
  const missing = parts("numeric-summary", "missing");
  for (const [i, part] of parts("numeric-summary", "customers").entries())
    add([part], missing.slice(i, i + 1));
  const indebted = parts("debt-to-income", "customers");
  add(indebted, parts("numeric-summary", "customers", is("measure", "debt_to_income")));
  add(indebted, parts("debt-tiers", "customers", is("tier", ...debtTiers)));
  const tiers = debtTiers.slice([0.36, 0.5, 1].indexOf(params["high_debt.ratio"] ?? 0) + 1);
  if (tiers.length < debtTiers.length)
    add(
      parts("debt-to-income", "customers_high_debt"),
      parts("debt-tiers", "customers", is("tier", ...tiers)),
    );
  add(
    parts("portfolio-summary", "customers_with_several_cards"),
    parts("cards-per-customer", "customers", (row) => !is("cards", 0, 1)(row)),
  );
  for (const band of [...riskBands, null])
    add(
      parts("default-bands", "customers", is("band", band)),
      parts("expected-loss", "customers", is("band", band)),
    );
  add(
    parts("expected-loss", "customers_exposed"),
    parts("utilisation", "customers", (row) => row["band"] !== null),
  );
  // The bands of the expert card are made of whole bins of its points.
  const from = [100.5, ...cardBounds.map((name) => params[`expert_card.${name}`] ?? Number.NaN), 0];
  for (const [i, band] of riskBands.entries())
    for (const column of ["customers", "defaults"]) {
      const [high = 0, low = 0] = from.slice(i, i + 2);
      const isIn = (row: ResultRow) => Number(row["low"]) >= low && Number(row["low"]) < high;
      const isCard = is("model", EXPERT_MODEL);
      if (low % POINTS === 0 && (i === 0 || high % POINTS === 0))
        add(
          parts("default-bands", column, (row) => row["band"] === band && isCard(row)),
          parts("default-scores", column, (row) => isCard(row) && isIn(row)),
        );
    }
  const horizon = [5, 10, 20, 30].indexOf(params["retirement_information.years"] ?? 0) + 2;
  if (horizon > 1)
    add(
      parts("offers", "eligible", is("offer", "retirement-information")),
      parts("retirement-horizon", "customers", is("band", ...retirementBands.slice(1, horizon))),
    );

  // The months of the calendar make up the statuses.
  const statusIn = statusesOf(asOf, params["expiry.months"] ?? 0);
  for (const column of ["cards", "credit_cards"])
    for (const status of cardStatuses)
      add(
        parts("card-expiry", column, is("status", status)),
        parts("expiry-calendar", column, (row) => statusIn(row) === status),
      );
  add(
    parts("card-expiry", "this_month", is("status", "expiring")),
    parts("expiry-calendar", "cards", is("month", asOf.slice(0, 7))),
  );
  const isRunning = is("status", "expiring", "later");
  add(
    parts("portfolio-summary", "cards_valid"),
    parts("card-expiry", "cards", isRunning),
    parts("card-expiry", "not_yet_opened", isRunning, -1),
  );
  if (asOf.endsWith("12-31"))
    add(
      parts("accounts-opened", "cards", ({ year }) => Number(year) > Number(asOf.slice(0, 4))),
      parts("card-expiry", "not_yet_opened"),
    );
  return links;
}

/** Whether a row has one of these values. */
const is =
  (key: string, ...values: readonly Scalar[]) =>
  (row: ResultRow): boolean =>
    values.includes(row[key] ?? null);

/** The status of the cards that expire in a row's month. */
function statusesOf(asOf: string, months: number): (row: ResultRow) => string | undefined {
  const now = asOf.slice(0, 7);
  const [year = 0, month = 0] = asOf.split("-").map(Number);
  const end = new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 7);
  return ({ month: of }) =>
    typeof of !== "string" ? undefined : of < now ? "expired" : of < end ? "expiring" : "later";
}
