import type { Chart, Grain, Topic } from "../../src/analyses/analysis.ts";
import type { ResultRow } from "../../src/engines/engine.ts";
import type { Document, DocumentAnalysis } from "../../src/outputs/document.ts";
import type { Kind } from "../../src/schema/columns.ts";

export const hostile = `</script><img src=x onerror="alert(1)"><svg onload=alert(2)>&amp;'"\u2028`;

interface Made {
  readonly title: string;
  readonly topic: Topic;
  readonly columns: Readonly<Record<string, Kind>>;
  readonly rows: readonly ResultRow[];
  readonly chart: Chart;
  readonly unit?: Grain;
  readonly list?: true;
  readonly total?: number;
  readonly insight?: string;
}

const labels: Record<string, string> = {
  customers: "Customers",
  cards: "Cards",
  share: "Share",
  user_id: "Customer",
};

const make = (made: Made): DocumentAnalysis => ({
  title: made.title,
  question: `What does ${made.title.toLowerCase()} look like?`,
  topic: made.topic,
  grain: `one row per ${Object.keys(made.columns)[0]}`,
  unit: made.unit ?? "customer",
  definition: `How ${made.title.toLowerCase()} is computed.`,
  params: made.list ? { "high_debt.ratio": 0.75 } : {},
  columns: Object.entries(made.columns).map(([name, kind]) => ({
    name,
    kind,
    label: labels[name] ?? name.replaceAll("_", " "),
    doc: `What ${name} means.`,
  })),
  total: made.total ?? made.rows.length,
  list: made.list === true,
  rows: made.rows,
  insight: made.insight ?? `The sentence of ${made.title.toLowerCase()}.`,
  chart: made.chart,
  sql: `select ${Object.keys(made.columns).join(", ")}\nfrom customer_profile\nwhere name <> '$x' and note <> \`y\``,
});

const states =
  "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY".split(
    " ",
  );

const measures = ["age", "annual_income_usd", "total_debt_usd", "credit_score", "utilisation", "cards"];

/** One analysis per mark, and the shapes that break charts: no row, one row, many, missing, hostile, negative. */
export function madeUp(): Document {
  const analyses: Record<string, DocumentAnalysis> = {
    "portfolio-summary": make({
      title: "The portfolio",
      topic: "overview",
      unit: "portfolio",
      columns: {
        customers: "count",
        cards: "count",
        cards_valid: "count",
        credit_limit_usd: "usd",
        credit_limit_valid_usd: "usd",
        total_debt_usd: "usd",
        income_median_usd: "usd",
        age_mean: "number",
      },
      rows: [
        {
          customers: 2000,
          cards: 6146,
          cards_valid: 4902,
          credit_limit_usd: 22_985_700,
          credit_limit_valid_usd: 18_059_900,
          total_debt_usd: 127_419_388,
          income_median_usd: 40_744.5,
          age_mean: null,
        },
      ],
      chart: { mark: "figures" },
    }),
    "debt-to-income": make({
      title: "Debt to income",
      topic: "risk",
      columns: { customers: "count", customers_high_debt: "count", share_high_debt: "share", mean: "ratio" },
      rows: [{ customers: 2000, customers_high_debt: 1588, share_high_debt: 0.794, mean: 1.3812 }],
      chart: { mark: "figures" },
    }),
    "age-distribution": make({
      title: "Age",
      topic: "demographics",
      columns: { band: "label", customers: "count", share: "share" },
      rows: [
        { band: "18-24", customers: 303, share: 0.1515 },
        { band: "25-34", customers: 359, share: 0.1795 },
        { band: "65+", customers: 0, share: 0 },
        { band: null, customers: 1338, share: 0.669 },
      ],
      chart: { mark: "bar", x: "band", y: "customers", share: "share" },
    }),
    "hostile-names": make({
      title: `Hostile ${hostile}`,
      topic: "demographics",
      insight: hostile,
      columns: { name: "label", customers: "count" },
      rows: [
        { name: hostile, customers: 5 },
        { name: "=HYPERLINK(1)", customers: 4 },
        {
          name: "A name so long that it has to be wrapped over two lines, and even then it does not fit",
          customers: 3,
        },
      ],
      chart: { mark: "bar", x: "name", y: "customers" },
    }),
    "many-bars": make({
      title: "Many bars",
      topic: "demographics",
      columns: { city: "label", customers: "count" },
      rows: Array.from({ length: 40 }, (_, i) => ({ city: `City ${i + 1}`, customers: (i * 37) % 101 })),
      chart: { mark: "bar", x: "city", y: "customers" },
    }),
    "one-row": make({
      title: "One row",
      topic: "demographics",
      columns: { value: "label", customers: "count", share: "share" },
      rows: [{ value: "Female", customers: 1, share: 1 }],
      chart: { mark: "bar", x: "value", y: "customers", share: "share" },
    }),
    "no-rows": make({
      title: "No rows",
      topic: "demographics",
      columns: { value: "label", customers: "count" },
      rows: [],
      chart: { mark: "bar", x: "value", y: "customers" },
    }),
    "customers-by-state": make({
      title: "Customers by state",
      topic: "demographics",
      columns: { state: "label", customers: "count", share: "share" },
      rows: [
        ...states
          .filter((state) => state !== "WY")
          .map((state, i) => ({ state, customers: (i * 53) % 211, share: 0.01 })),
        { state: null, customers: 45, share: 0.02 },
        { state: "Ontario", customers: 2, share: 0.001 },
      ],
      chart: { mark: "map", x: "state", y: "customers" },
    }),
    "cards-by-brand-and-type": make({
      title: "Cards by brand and type",
      topic: "ownership",
      unit: "card",
      columns: { brand: "label", type: "label", cards: "count", credit_limit_mean_usd: "usd" },
      rows: ["Amex", "Discover", "Mastercard", "Visa", null].flatMap((brand, b) =>
        ["credit", "debit", "prepaid"].map((type, t) => ({
          brand,
          type,
          cards: brand === "Amex" && t > 0 ? 0 : 100 + 400 * b - 90 * t,
          credit_limit_mean_usd: 1000 * (b + t),
        })),
      ),
      chart: { mark: "bar", x: "brand", y: "cards", color: "type" },
    }),
    "limits-by-brand": make({
      title: "Mean limit",
      topic: "ownership",
      unit: "card",
      columns: { brand: "label", type: "label", mean: "ratio" },
      rows: ["Amex", "Visa"].flatMap((brand, b) =>
        ["credit", "debit", "prepaid"].map((type, t) => ({ brand, type, mean: b + t + 0.5 })),
      ),
      chart: { mark: "bar", x: "brand", y: "mean", color: "type" },
    }),
    changes: make({
      title: "Changes, some of them negative",
      topic: "ownership",
      columns: { segment: "label", change: "number", small: "flag" },
      rows: [
        { segment: "poor", change: -12.5, small: true },
        { segment: "very_good", change: 7.25, small: false },
        { segment: "good", change: 0, small: false },
        { segment: "fair", change: null, small: false },
      ],
      chart: { mark: "bar", x: "segment", y: "change" },
    }),
    "accounts-opened": make({
      title: "Accounts opened",
      topic: "ownership",
      unit: "card",
      columns: { year: "number", cards: "count" },
      rows: [1997, 1998, 2001, 2005, 2010, 2019, 2020].map((year, i) => ({ year, cards: i * 40 + 3 })),
      chart: { mark: "column", x: "year", y: "cards" },
    }),
    "cards-per-customer": make({
      title: "Cards per customer",
      topic: "ownership",
      columns: { cards: "count", customers: "count" },
      rows: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((cards) => ({ cards, customers: 1000 - cards * cards * 12 })),
      chart: { mark: "column", x: "cards", y: "customers" },
    }),
    "ownership-by-segment": make({
      title: "Ownership by segment",
      topic: "ownership",
      columns: {
        dimension: "label",
        segment: "label",
        customers: "count",
        rate: "share",
        rate_low: "share",
        rate_high: "share",
        small: "flag",
      },
      rows: ["age_band", "income_band", "gender", "score_band"].flatMap((dimension, d) =>
        [0, 1, 2, 3].map((n) => ({
          dimension,
          segment: n === 3 ? null : `segment ${n}`,
          customers: n === 2 ? 12 : 400,
          rate: 0.4 + d * 0.08 + n * 0.03,
          rate_low: 0.3 + d * 0.08 + n * 0.03 - (n === 2 ? 0.1 : 0),
          rate_high: 0.45 + d * 0.08 + n * 0.03 + (n === 2 ? 0.1 : 0),
          small: n === 2,
        })),
      ),
      chart: {
        mark: "interval",
        x: "segment",
        y: "rate",
        low: "rate_low",
        high: "rate_high",
        facet: "dimension",
      },
    }),
    "risk-matrix": make({
      title: "Score and debt",
      topic: "risk",
      columns: { score_band: "label", debt_tier: "label", customers: "count" },
      rows: ["poor", "fair", "good", "very_good", "exceptional"].flatMap((score_band, s) =>
        ["low", "moderate", "high", "very_high"].map((debt_tier, t) => ({
          score_band,
          debt_tier,
          customers: s === 0 && t === 0 ? 0 : (s * 4 + t) * 31,
        })),
      ),
      chart: { mark: "heatmap", x: "debt_tier", y: "score_band", value: "customers" },
    }),
    correlations: make({
      title: "Correlations",
      topic: "risk",
      columns: { x: "label", y: "label", pearson: "number" },
      rows: measures.flatMap((x, i) =>
        measures
          .slice(i + 1)
          .map((y, j) => ({ x, y, pearson: j === 2 ? null : ((i * 7 + j * 5) % 19) / 10 - 0.9 })),
      ),
      chart: { mark: "heatmap", x: "x", y: "y", value: "pearson" },
    }),
    "expiry-calendar": make({
      title: "Expiry calendar",
      topic: "expiry",
      unit: "card",
      columns: { month: "month", cards: "count", kind: "label" },
      rows: Array.from({ length: 400 }, (_, i) => i)
        .filter((i) => i % 17 !== 0)
        .flatMap((i) =>
          ["credit", "other"].map((kind, k) => ({
            month: `${1992 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, "0")}`,
            cards: ((i * 13) % 90) + k * 20 + (i > 320 ? 60 : 0),
            kind,
          })),
        ),
      chart: { mark: "column", x: "month", y: "cards", color: "kind" },
    }),
    "next-months": make({
      title: "The next months",
      topic: "expiry",
      unit: "card",
      columns: { month: "month", cards: "count" },
      rows: [
        { month: "2020-01", cards: 12 },
        { month: "2020-02", cards: 377 },
        { month: "2020-03", cards: 93 },
        { month: "2020-05", cards: 80 },
        { month: null, cards: 20 },
      ],
      chart: { mark: "column", x: "month", y: "cards" },
    }),
    "marketing-audiences": make({
      title: "Audiences",
      topic: "marketing",
      columns: { audience: "label", customers: "count" },
      rows: [
        { audience: "premium", customers: 348 },
        { audience: "assistance", customers: 115 },
      ],
      chart: { mark: "bar", x: "audience", y: "customers" },
    }),
    "offer-candidates": make({
      title: "Candidates",
      topic: "marketing",
      columns: { user_id: "id", offer: "label", excluded_because: "label", total_debt_usd: "usd" },
      rows: Array.from({ length: 10_500 }, (_, i) => ({
        user_id: i,
        offer: i % 2 === 0 ? "chip-upgrade" : "@cmd",
        excluded_because: i % 3 === 0 ? null : 'credit_score below 670, "quoted"',
        total_debt_usd: i === 7 ? null : (i * 7919) % 100_003,
      })),
      chart: { mark: "table" },
      list: true,
      total: 12_345,
    }),
  };
  return {
    as_of: "2020-02-29",
    as_of_source: "inferred",
    inputs: [
      {
        table: "users",
        file: "customers of <b>2020</b>.xlsx",
        sheet: "users_data",
        rows: 2000,
        sha256: "491227dd8a020222fa9442cccd87c5beacce1a1e9f5686a5570797caf2304f32",
        columns: [
          { column: "user_id", header: "main_id", notation: "integer" },
          { column: "annual_income_usd", header: hostile, notation: "dollars" },
        ],
        ignored: ["address"],
      },
      {
        table: "cards",
        file: "cards.csv",
        sheet: null,
        rows: 6146,
        sha256: "d3715475bec3830922998d5b4e408e020b7274b6fa7c1b8a59480808f34f0ec4",
        columns: [{ column: "card_id", header: "card_id", notation: "integer" }],
        ignored: ["cvv"],
      },
    ],
    issues: [
      {
        code: "date_in_number",
        severity: "warning",
        table: "users",
        column: "latitude",
        count: 45,
        examples: [{ row: 25, value: "2024-08-27" }],
        action: "value is missing, the customer is kept",
      },
      {
        code: "unknown_value",
        severity: "error",
        table: "cards",
        column: "type",
        count: 1,
        examples: [{ row: 3, value: hostile }],
        action: "value is missing",
      },
      {
        code: "rounded_card_number",
        severity: "info",
        table: "cards",
        column: "card_last4",
        count: 6146,
        examples: [{ row: null, value: null }],
        action: "its last four digits are missing",
      },
    ],
    analyses,
    not_computable: [{ id: "utilisation", because: "no cards.balance_usd in the files" }],
  };
}
