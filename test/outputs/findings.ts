import type { Analysis } from "../../src/analyses/analysis.ts";
import type { Result } from "../../src/analyses/run.ts";
import type { ResultRow } from "../../src/engines/engine.ts";
import type { Findings } from "../../src/outputs/document.ts";
import type { Columns } from "../../src/schema/columns.ts";
import { count, flag, id, label, month, number, ratio, share, usd } from "../../src/schema/columns.ts";
import type { IssueCell } from "../../src/schema/issues.ts";

export function result(
  analysis: Partial<Analysis> & Pick<Analysis, "id" | "columns">,
  rows: readonly ResultRow[],
  total = rows.length,
): Result {
  return {
    analysis: {
      topic: "overview",
      title: `Title of ${analysis.id}`,
      question: "How many?",
      grain: "one row per band",
      unit: "customer",
      definition: "Customers by band.",
      needs: [],
      measures: [],
      chart: { mark: "table" },
      sql: () => {
        throw new Error("a fixture has no SQL");
      },
      insight: () => `Sentence of ${analysis.id}.`,
      invariants: () => ({}),
      ...analysis,
    } as Analysis,
    params: { "high_debt.ratio": 0.5 },
    rows: rows as unknown as Result["rows"],
    total,
    insight: `Sentence of ${analysis.id}.`,
    sql: "select 1",
  };
}

export const bands: Columns = {
  band: label("Band", "Years.", { nullable: true }),
  customers: count("Customers", "Customers in the band."),
  share: share("Share", "Part of all."),
};

export const bandsResult = result(
  {
    id: "age-distribution",
    columns: bands,
    chart: { mark: "bar", x: "band", y: "customers", share: "share" },
  },
  [
    { band: "18-24", customers: 200, share: 0.2 },
    { band: "25-34", customers: 795, share: 0.795 },
    { band: null, customers: 5, share: 0.005 },
  ],
);

export const monthsResult = result(
  {
    id: "expiry-calendar",
    unit: "card",
    columns: { month: month("Month", "Of expiry."), cards: count("Cards", "On file.") },
    chart: { mark: "column", x: "month", y: "cards" },
  },
  [
    { month: "2020-02", cards: 377 },
    { month: "2020-03", cards: 41 },
  ],
);

export const listColumns: Columns = {
  user_id: id("Customer", "Key."),
  city: label("City", "As stated.", { nullable: true }),
  debt_to_income: ratio("Debt to income", "Debt / income."),
  total_debt_usd: usd("Total debt", "In USD."),
  latitude: number("Latitude", "Degrees."),
  opened_on: month("Opened", "Month."),
  has_chip: flag("Chip", "Whether there is one."),
};

export const listRows: readonly ResultRow[] = [
  {
    user_id: 7,
    city: '=HYPERLINK("http://x","y")',
    debt_to_income: 0.1 + 0.2,
    total_debt_usd: -1234.5,
    latitude: -27.8,
    opened_on: "2002-09",
    has_chip: true,
  },
  {
    user_id: 12,
    city: 'St. John\'s, "NL"\r\nCanada',
    debt_to_income: 1e-7,
    total_debt_usd: 0,
    latitude: 90,
    opened_on: "1999-12",
    has_chip: false,
  },
  {
    user_id: 1_000_001,
    city: null,
    debt_to_income: 2,
    total_debt_usd: 12_345_678.9,
    latitude: 0,
    opened_on: "2020-01",
    has_chip: true,
  },
];

export const listResult = result(
  { id: "high-debt-customers", columns: listColumns, list: true, grain: "one row per customer" },
  listRows,
);

export const cells: readonly IssueCell[] = [
  {
    code: "date_in_number",
    severity: "warning",
    table: "users",
    column: "latitude",
    row: 12,
    value: "2024-08-27",
    action: "value is missing",
  },
  {
    code: "unreadable_value",
    severity: "error",
    table: "users",
    column: "age",
    row: 13,
    value: "@SUM(A1), or so",
    action: "value is missing",
  },
];

export const results: readonly Result[] = [bandsResult, monthsResult, listResult];

/** Findings whose rows come in batches of two, as an engine gives them. */
export function findings(over: Partial<Findings> & { readonly results?: readonly Result[] } = {}): Findings {
  const all = over.results ?? results;
  return {
    asOf: "2020-02-29",
    asOfSource: "inferred",
    sources: [
      {
        table: "users",
        file: "users_data.xlsx",
        sheet: "users_data",
        rows: 1000,
        sha256: "491227dd8a020222fa9442cccd87c5beacce1a1e9f5686a5570797caf2304f32",
        columns: [{ column: "user_id", header: "main_id", notation: "integer" }],
        ignored: ["address"],
      },
    ],
    issues: [
      {
        code: "date_in_number",
        severity: "warning",
        table: "users",
        column: "latitude",
        count: 45,
        examples: [{ row: 12, value: "2024-08-27" }],
        action: "value is missing",
      },
    ],
    results: all,
    notComputable: [{ id: "utilisation", because: "no cards.balance_usd in the files" }],
    async *rows(wanted) {
      const rows = all.find(({ analysis }) => analysis.id === wanted)?.rows ?? [];
      for (let at = 0; at < rows.length; at += 2) yield rows.slice(at, at + 2) as unknown as ResultRow[];
    },
    async *issueCells() {
      for (const cell of cells) yield [cell];
    },
    ...over,
  };
}
