import fc from "fast-check";
import { expect, test } from "vitest";
import type { Result } from "../../src/analyses/run.ts";
import type { ResultRow } from "../../src/engines/engine.ts";
import { issuesCsv } from "../../src/outputs/csv.ts";
import { documentOf, type Findings } from "../../src/outputs/document.ts";
import { jsonChunks } from "../../src/outputs/json.ts";
import { share } from "../../src/outputs/share.ts";
import { determined } from "../../src/outputs/share-solve.ts";
import { count, label, month, number, share as part, ratio, usd } from "../../src/schema/columns.ts";
import { bandsResult, findings, listResult, result } from "./findings.ts";

const bandsOf = (counts: readonly number[], id = "bands"): Result => {
  const total = counts.reduce((a, b) => a + b, 0);
  return result(
    { id, columns: bandsResult.analysis.columns, chart: bandsResult.analysis.chart },
    counts.map((customers, n) => ({
      band: `b${n}`,
      customers,
      share: total === 0 ? null : customers / total,
    })),
  );
};

async function gather<T>(parts: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of parts) all.push(one);
  return all;
}

const rowsOf = (shared: Findings, id: string): readonly ResultRow[] =>
  (shared.results.find(({ analysis }) => analysis.id === id)?.rows ?? []) as unknown as readonly ResultRow[];

const column = (shared: Findings, id: string, name: string) => rowsOf(shared, id).map((row) => row[name]);

const matrix = (grid: readonly (readonly number[])[]): Result =>
  result(
    {
      id: "matrix",
      columns: { band: label("Band", ""), tier: label("Tier", ""), customers: count("Customers", "") },
      chart: { mark: "heatmap", x: "tier", y: "band", value: "customers" },
    },
    grid.flatMap((line, b) => line.map((customers, t) => ({ band: `b${b}`, tier: `t${t}`, customers }))),
  );

test("a small count goes, with its share and the next smallest count", () => {
  const shared = share(findings({ results: [bandsOf([200, 5, 60, 735])] }));
  expect(rowsOf(shared, "bands")).toEqual([
    { band: "b0", customers: 200, share: 0.2 },
    { band: "b1", customers: null, share: null },
    { band: "b2", customers: null, share: null },
    { band: "b3", customers: 735, share: 0.735 },
  ]);
});

test("zeros stay, and go only when there is nothing else", () => {
  expect(column(share(findings({ results: [bandsOf([0, 5, 60, 735])] })), "bands", "customers")).toEqual([
    0,
    null,
    null,
    735,
  ]);
  expect(column(share(findings({ results: [bandsOf([0, 12, 5])] })), "bands", "customers")).toEqual([
    0,
    null,
    null,
  ]);
  expect(column(share(findings({ results: [bandsOf([0, 5])] })), "bands", "customers")).toEqual([null, null]);
});

test("a band of the expert card does not tell of a bin of its points", () => {
  const columns = {
    band: label("Band", "", { nullable: true }),
    customers: count("Customers", ""),
    model: label("Model", ""),
  };
  const model = "expert card";
  const bandRows = [
    { band: "low", customers: 700, model },
    { band: "moderate", customers: 35, model },
    { band: "high", customers: 60, model },
    { band: "very_high", customers: 205, model },
  ];
  const bins = [205, 0, 0, 0, 0, 0, 0, 11, 0, 49, 0, 30, 0, 5, 0, 12, 0, 0, 688, 0];
  const scores = result(
    {
      id: "default-scores",
      columns: {
        bin: label("Score", ""),
        customers: count("Customers", ""),
        low: number("From", ""),
        model: label("Model", ""),
      },
      chart: { mark: "column", x: "bin", y: "customers" },
    },
    bins.map((customers, i) => ({ bin: `${i * 5}-${i * 5 + 5}`, customers, low: i * 5, model })),
  );
  const bounds = { "expert_card.low_from": 75, "expert_card.moderate_from": 55, "expert_card.high_from": 35 };
  const shared = share(
    findings({
      results: [
        {
          ...result(
            { id: "default-bands", columns, chart: { mark: "bar", x: "band", y: "customers" } },
            bandRows,
          ),
          params: bounds,
        },
        scores,
      ],
    }),
  );
  // 35 less 30 is the 5 that is hidden, so 35 or 30 has to go as well
  const seen = column(shared, "default-scores", "customers");
  expect(seen[13]).toBeNull();
  expect([column(shared, "default-bands", "customers")[1], seen[11]]).toContain(null);
});

test("a reason keeps its counts to itself", () => {
  const shared = share(
    findings({
      notComputable: [
        {
          id: "model-validation",
          because: "a model needs 20 customers who defaulted and 20 who did not (2 of 24 defaulted)",
        },
      ],
    }),
  );
  expect(shared.notComputable).toContainEqual({
    id: "model-validation",
    because: "a model needs 20 customers who defaulted and 20 who did not",
  });
});

test("two hidden ones that sum to 2 would be two ones", () => {
  expect(column(share(findings({ results: [bandsOf([1, 1, 50, 700])] })), "bands", "customers")).toEqual([
    null,
    null,
    null,
    700,
  ]);
});

test("what is large enough stays as it is, sentence and all", () => {
  const plain = findings({ results: [bandsOf([200, 60, 740])] });
  const [shared] = share(plain).results;
  expect(shared?.rows).toEqual(plain.results[0]?.rows);
  expect(shared?.insight).toBe("Sentence of bands.");
});

test("customers by a number: the sum of what they hold is known as well", () => {
  const columns = { cards: count("Cards", ""), customers: count("Customers", "") };
  const held = result(
    { id: "held", columns, chart: { mark: "bar", x: "cards", y: "customers" } },
    [416, 388, 449, 40, 3].map((customers, n) => ({ cards: n + 1, customers })),
  );
  // Of two unknowns, the number of customers and the number of cards would make both known.
  expect(column(share(findings({ results: [held] })), "held", "customers")).toEqual([
    416,
    null,
    449,
    null,
    null,
  ]);
});

const wide = (row: ResultRow): Result =>
  result(
    {
      id: "wide",
      unit: "portfolio",
      chart: { mark: "figures" },
      columns: {
        customers: count("Customers", ""),
        cards: count("Cards", ""),
        credit_cards: count("Credit", ""),
        debit_cards: count("Debit", ""),
        prepaid_cards: count("Prepaid", ""),
        customers_without: count("Without", ""),
        share_without: part("Share", ""),
        age_mean: number("Age", ""),
      },
    },
    [row],
  );
const portfolio = {
  customers: 2000,
  cards: 6000,
  credit_cards: 2500,
  debit_cards: 2500,
  prepaid_cards: 1000,
  customers_without: 500,
  share_without: 0.25,
  age_mean: 45,
};

test("columns that sum to another one: a small part takes the next with it", () => {
  const shared = share(
    findings({ results: [wide({ ...portfolio, credit_cards: 3000, debit_cards: 2995, prepaid_cards: 5 })] }),
  );
  expect(rowsOf(shared, "wide")).toEqual([
    {
      ...portfolio,
      credit_cards: 3000,
      debit_cards: null,
      prepaid_cards: null,
    },
  ]);
});

test("columns that sum to another one: two small parts are told by a sum of 2", () => {
  const columns = {
    status: label("Status", ""),
    cards: count("Cards", ""),
    credit: count("Credit", ""),
    debit: count("Debit", ""),
    prepaid: count("Prepaid", ""),
    other: count("Other", ""),
  };
  const statuses = result({ id: "statuses", columns, chart: { mark: "bar", x: "status", y: "cards" } }, [
    { status: "expired", cards: 602, credit: 400, debit: 200, prepaid: 1, other: 1 },
    { status: "expiring", cards: 900, credit: 300, debit: 250, prepaid: 200, other: 150 },
    { status: "later", cards: 990, credit: 310, debit: 260, prepaid: 220, other: 200 },
  ]);
  expect(rowsOf(share(findings({ results: [statuses] })), "statuses")[0]).toEqual({
    status: "expired",
    cards: 602,
    credit: 400,
    debit: null,
    prepaid: null,
    other: null,
  });
});

test("columns that leave a few over: cards of no known type", () => {
  const [row] = rowsOf(share(findings({ results: [wide({ ...portfolio, prepaid_cards: 997 })] })), "wide");
  expect(row).toMatchObject({ cards: 6000, credit_cards: 2500, debit_cards: 2500, prepaid_cards: null });
});

test("all but a few is as telling as a few", () => {
  const almost = { ...portfolio, customers_without: 1995, share_without: 1995 / 2000 };
  const [row] = rowsOf(share(findings({ results: [wide(almost)] })), "wide");
  expect(row).toMatchObject({ customers: 2000, customers_without: null, share_without: null, age_mean: 45 });
  const elsewhere = bandsOf([1995, 300]);
  expect(column(share(findings({ results: [wide(portfolio), elsewhere] })), "bands", "customers")).toEqual([
    null,
    null,
  ]);
});

test("a share that is a few customers of the row goes, and its interval with it", () => {
  const columns = {
    segment: label("Segment", ""),
    customers: count("Customers", ""),
    rate: part("Rate", ""),
    low: part("Low", ""),
    high: part("High", ""),
  };
  const rates = result(
    { id: "rates", columns, chart: { mark: "interval", x: "segment", y: "rate", low: "low", high: "high" } },
    [
      { segment: "a", customers: 50, rate: 0.94, low: 0.84, high: 0.98 },
      { segment: "b", customers: 50, rate: 0.5, low: 0.37, high: 0.63 },
      { segment: "c", customers: 50, rate: 0.6, low: 0.46, high: 0.72 },
    ],
  );
  expect(rowsOf(share(findings({ results: [rates] })), "rates")).toEqual([
    { segment: "a", customers: 50, rate: null, low: null, high: null },
    // 47 + 25 + 30 of all customers are what the portfolio's figures say: a second share goes.
    { segment: "b", customers: 50, rate: null, low: null, high: null },
    { segment: "c", customers: 50, rate: 0.6, low: 0.46, high: 0.72 },
  ]);
});

test("a count that is another one divided by a share goes with the share", () => {
  const columns = {
    selection: label("Selection", ""),
    group: label("Group", "", { nullable: true }),
    selected: count("Selected", ""),
    customers: count("Customers", ""),
    rate: part("Rate", "", { nullable: true }),
  };
  const row = (group: string | null, selected: number, customers: number): ResultRow => ({
    selection: "premium",
    group,
    selected,
    customers,
    rate: selected / customers,
  });
  const rates = result({ id: "rates", columns, chart: { mark: "bar", x: "group", y: "selected" } }, [
    row("F", 100, 400),
    row("M", 120, 393),
    row(null, 0, 7),
  ]);
  const [, m] = rowsOf(share(findings({ results: [rates] })), "rates");
  expect(m).toMatchObject({ selected: 120, customers: null, rate: null });
});

const summary = (rows: readonly ResultRow[]): Result =>
  result(
    {
      id: "numeric-summary",
      columns: {
        measure: label("Measure", ""),
        customers: count("Customers", ""),
        missing: count("Missing", ""),
        mean: number("Mean", ""),
        std: number("Standard deviation", ""),
        p75: number("75 %", ""),
      },
    },
    rows,
  );

test("customers without a value are not told by the summary of the measures", () => {
  const ages = result(
    {
      id: "age-distribution",
      columns: bandsResult.analysis.columns,
      chart: bandsResult.analysis.chart,
    },
    [
      { band: "<18", customers: 8, share: 0.008 },
      { band: "18-24", customers: 841, share: 0.841 },
      { band: null, customers: 151, share: 0.151 },
    ],
  );
  const measured = summary([
    { measure: "age", customers: 849, missing: 151, mean: 45, std: 17, p75: 58 },
    { measure: "cards", customers: 1000, missing: 0, mean: 3, std: 1, p75: 4 },
  ]);
  const shared = share(findings({ results: [ages, measured] }));
  expect(column(shared, "age-distribution", "customers")).toEqual([null, 841, null]);
  // 849 follows from the mean of as many whole numbers, too.
  expect(rowsOf(shared, "numeric-summary")[0]).toMatchObject({
    customers: null,
    missing: null,
    mean: null,
    p75: 58,
  });
});

test("hidden numbers of cards do not follow from their spread", () => {
  const held = result(
    {
      id: "cards-per-customer",
      columns: { cards: count("Cards", ""), customers: count("Customers", ""), share: part("Share", "") },
      chart: { mark: "bar", x: "cards", y: "customers", share: "share" },
    },
    [700, 200, 60, 40, 17, 3].map((customers, n) => ({
      cards: n + 1,
      customers,
      share: customers / 1020,
    })),
  );
  const measured = summary([
    { measure: "age", customers: 1020, missing: 0, mean: 45, std: 17, p75: 58 },
    { measure: "cards", customers: 1020, missing: 0, mean: 1.5, std: 0.9, p75: 2 },
  ]);
  const [age, cards] = rowsOf(share(findings({ results: [held, measured] })), "numeric-summary");
  expect(age).toMatchObject({ mean: 45, std: 17, p75: 58 });
  expect(cards).toMatchObject({ customers: 1020, mean: 1.5, std: null, p75: null });
});

test("a hidden status does not follow from the months it is made of", () => {
  const cards = { cards: count("Cards", ""), not_yet_opened: count("Not yet opened", "") };
  const expiry = result(
    {
      id: "card-expiry",
      unit: "card",
      columns: { status: label("Status", "", { nullable: true }), ...cards },
      chart: { mark: "bar", x: "status", y: "cards" },
    },
    [
      { status: "expired", cards: 500, not_yet_opened: 0 },
      { status: "expiring", cards: 90, not_yet_opened: 0 },
      { status: "later", cards: 400, not_yet_opened: 0 },
      { status: null, cards: 8, not_yet_opened: 0 },
    ],
  );
  const calendar = result(
    {
      id: "expiry-calendar",
      unit: "card",
      columns: { month: month("Month", "", { nullable: true }), cards: cards.cards },
      chart: { mark: "column", x: "month", y: "cards" },
    },
    [
      { month: "2019-11", cards: 300 },
      { month: "2020-01", cards: 200 },
      { month: "2020-02", cards: 50 },
      { month: "2020-07", cards: 40 },
      { month: "2021-02", cards: 150 },
      { month: "2022-02", cards: 250 },
      { month: null, cards: 8 },
    ],
  );
  const both = [expiry, calendar].map((one) => ({ ...one, params: { "expiry.months": 12 } }));
  const shared = share(findings({ asOf: "2020-02-29", results: both }));
  expect(column(shared, "card-expiry", "cards")).toEqual([500, null, 400, null]);
  // 50 and 40 would be the 90 that are hidden.
  const months = column(shared, "expiry-calendar", "cards");
  expect(months.slice(2, 4)).toContain(null);
  expect(months[6]).toBeNull();
});

test("ratios to a hidden row go, in its panel only", () => {
  const columns = {
    selection: label("Selection", ""),
    group: label("Group", ""),
    selected: count("Selected", ""),
    ratio: ratio("Ratio", ""),
    low: ratio("Low", "", { nullable: true }),
    high: ratio("High", "", { nullable: true }),
  };
  const row = (selection: string, group: string, selected: number) => ({
    selection,
    group,
    selected,
    ratio: 0.7,
    low: 0.61,
    high: 0.83,
  });
  const rates = result(
    {
      id: "rates",
      columns,
      chart: { mark: "interval", x: "group", y: "ratio", low: "low", high: "high", facet: "selection" },
    },
    [
      row("s", "a", 5),
      row("s", "b", 60),
      row("s", "c", 90),
      row("t", "a", 70),
      row("t", "b", 80),
      row("t", "c", 95),
    ],
  );
  const shown = rowsOf(share(findings({ results: [rates] })), "rates");
  expect(shown[2]).toEqual({ selection: "s", group: "c", selected: 90, ratio: null, low: null, high: null });
  expect(shown[5]).toEqual(row("t", "c", 95));
});

test("extremes are single customers, and so are quantiles of a few", () => {
  const columns = {
    measure: label("Measure", ""),
    customers: count("Customers", ""),
    mean: number("Mean", ""),
    min: number("Min", ""),
    median: number("Median", ""),
    p99: number("P99", ""),
    max: number("Max", ""),
    debt_max_usd: usd("Most debt", ""),
    income_median_usd: usd("Median income", ""),
  };
  const figures = {
    mean: 1.5,
    min: 1.1,
    median: 1.4,
    p99: 3.3,
    max: 9.7,
    debt_max_usd: 7.7,
    income_median_usd: 3.9,
  };
  const summary = result({ id: "summary", columns }, [
    { measure: "a", customers: 2000, ...figures },
    { measure: "b", customers: 900, ...figures },
    { measure: "c", customers: 18, ...figures },
  ]);
  const gone = { min: null, max: null, debt_max_usd: null };
  expect(rowsOf(share(findings({ results: [summary] })), "summary")).toEqual([
    { measure: "a", customers: 2000, ...figures, ...gone },
    { measure: "b", customers: 900, ...figures, ...gone, p99: null },
    { measure: "c", customers: 18, ...figures, ...gone, p99: null, median: null, income_median_usd: null },
  ]);
});

test("the same count elsewhere goes as well, and so does a sum that makes it", () => {
  const segments = result(
    {
      id: "segments",
      columns: {
        dimension: label("Dimension", ""),
        band: label("Band", ""),
        customers: count("Customers", ""),
      },
    },
    [
      { dimension: "age", band: "b1", customers: 60 },
      { dimension: "age", band: "b4", customers: 80 },
      { dimension: "age", band: "b3", customers: 900 },
    ],
  );
  const halves = result(
    {
      id: "halves",
      columns: { band: label("Band", ""), sex: label("Sex", ""), selected: count("Selected", "") },
    },
    [
      { band: "b1", sex: "f", selected: 29 },
      { band: "b1", sex: "m", selected: 31 },
      { band: "b2", sex: "f", selected: 400 },
      { band: "b2", sex: "m", selected: 340 },
    ],
  );
  const shared = share(findings({ results: [bandsOf([5, 60, 740]), segments, halves] }));
  expect(column(shared, "bands", "customers")).toEqual([null, null, 740]);
  expect(column(shared, "segments", "customers")).toEqual([null, null, 900]);
  expect(column(shared, "halves", "selected")).toEqual([null, null, null, null]);
});

test("a text that counts a few goes", () => {
  const columns = { offer: label("Offer", ""), customers: count("Customers", ""), why: label("Why", "") };
  const why = result({ id: "why", columns, chart: { mark: "bar", x: "offer", y: "customers" } }, [
    { offer: "a 5", customers: 50, why: "no income: 3" },
    { offer: "b", customers: 60, why: "no income: 33; over 0.5 or 5%" },
  ]);
  expect(column(share(findings({ results: [why] })), "why", "why")).toEqual([
    null,
    "no income: 33; over 0.5 or 5%",
  ]);
});

test.each([
  ["b3 is the largest: 735 of 1,000 (73.5%) on 2020-02-29.", true],
  ["5 customers are in b1.", false],
  ["65 customers are in b1 and b2.", false],
  ["6.5% are in b1 and b2.", false],
  ["More than 0.50 of a year's income.", true],
])("the sentence %j stays: %s", (insight, stays) => {
  const one = { ...bandsOf([200, 5, 60, 735]), insight };
  const [shared] = share(findings({ results: [one] })).results;
  expect(shared?.insight.includes(insight)).toBe(stays);
  expect(shared?.insight).toContain("4 figures are not shown");
});

test("nothing of single customers is left: no lists, no cells, no examples", async () => {
  const shared = share(findings());
  const text = (await gather(jsonChunks(shared))).join("");
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(documentOf(shared))));
  expect(text).not.toMatch(/user_id":|HYPERLINK|2024-08-27/);
  expect(JSON.parse(text)).toMatchObject({
    shared: true,
    not_computable: [
      { id: "utilisation" },
      { id: "high-debt-customers", because: "left out of what is shared: one row per customer" },
    ],
  });
  expect((await gather(issuesCsv(shared))).join("")).toBe(
    "code,severity,table,column,count,action\r\ndate_in_number,warning,users,latitude,45,value is missing\r\n",
  );
  expect((await gather(shared.rows(listResult.analysis.id))).flat()).toEqual([]);
});

test("few cells with an issue are not counted", () => {
  const [issue] = findings().issues;
  const shared = share(findings({ issues: issue ? [{ ...issue, count: 3 }] : [] }));
  expect(shared.issues.map(({ count: n }) => n)).toEqual([null]);
});

test("a portfolio of a few customers is not shared", () => {
  const [source] = findings().sources;
  const few = findings({ sources: source ? [{ ...source, rows: 9 }] : [] });
  expect(() => share(few)).toThrow("cannot share the figures of 9 customers");
});

const cellCount = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 10, max: 900 }),
);

test("in any partition, nothing small is shown and nothing hidden follows", () => {
  fc.assert(
    fc.property(fc.array(cellCount, { minLength: 2, maxLength: 12 }), (counts) => {
      const shown = column(share(findings({ results: [bandsOf(counts)] })), "bands", "customers");
      for (const [n, value] of shown.entries()) {
        expect(value === null || value === counts[n]).toBe(true);
        expect(Number(value) === 0 || Number(value) >= 10).toBe(true);
      }
      const hidden = counts.filter((_, n) => shown[n] === null);
      if (hidden.length === 0) return;
      expect(hidden.length).toBeGreaterThanOrEqual(2);
      // The hidden ones sum to 10 at least, or there is nothing left to hide.
      const sum = hidden.reduce((a, b) => a + b, 0);
      expect(sum >= 10 || hidden.length === counts.length).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("in any table of two categories, no hidden cell is a bridge", () => {
  const grid = fc
    .tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 2, max: 6 }))
    .chain(([rows, columns]) =>
      fc.array(fc.array(cellCount, { minLength: columns, maxLength: columns }), {
        minLength: rows,
        maxLength: rows,
      }),
    );
  fc.assert(
    fc.property(grid, (lines) => {
      const shown = column(share(findings({ results: [matrix(lines)] })), "matrix", "customers");
      const width = lines[0]?.length ?? 0;
      const hidden = shown.flatMap((value, n) =>
        value === null ? [[`row ${Math.floor(n / width)}`, `column ${n % width}`] as const] : [],
      );
      expect(shown.every((value) => Number(value) === 0 || Number(value) >= 10)).toBe(true);
      // With all sums of rows and columns known, a cell can take another value only on a cycle of hidden cells.
      for (const cell of hidden)
        expect(
          connected(
            hidden.filter((other) => other !== cell),
            ...cell,
          ),
        ).toBe(true);
    }),
    { numRuns: 300 },
  );
});

function connected(edges: readonly (readonly [string, string])[], from: string, to: string): boolean {
  const reached = new Set([from]);
  for (let before = 0; before < reached.size; ) {
    before = reached.size;
    for (const [a, b] of edges) {
      if (reached.has(a)) reached.add(b);
      if (reached.has(b)) reached.add(a);
    }
  }
  return reached.has(to);
}

test("what follows from several sums at once is found", () => {
  const sum = (...unknowns: number[]) => new Map(unknowns.map((u) => [u, 1]));
  expect([...determined([sum(1, 2), sum(2, 3), sum(1, 3)])].toSorted()).toEqual([1, 2, 3]);
  expect([...determined([sum(1, 2), sum(3, 4), sum(1, 3), sum(2, 4)])]).toEqual([]);
  expect([...determined([sum(1, 2), sum(1, 2, 3)])]).toEqual([3]);
  expect([...determined([sum(7)])]).toEqual([7]);
});
