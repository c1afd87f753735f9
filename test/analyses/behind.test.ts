import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnyAnalysis, Behind } from "../../src/analyses/analysis.ts";
import { analyses } from "../../src/analyses/index.ts";
import { notComputable, reasonOf, runAnalysis } from "../../src/analyses/run.ts";
import type { ResultRow } from "../../src/engines/engine.ts";
import type { Explorer, Sight } from "../../src/explore/explorer.ts";
import { type Look, lookParams, wholePortfolio } from "../../src/explore/look.ts";
import type { Column } from "../../src/schema/columns.ts";
import { raw, render } from "../../src/sql/statement.ts";
import { looks, open, portfolios } from "../explore/opened.ts";
import { fixture } from "./fixture.ts";
import { portfolioWithOutcomes } from "./learnt.ts";
import { type AnalysisId, Desk, ids } from "./portfolio.ts";

/** Columns of kind count that name a row: they count nothing. */
const names: ReadonlySet<string> = new Set(["cards-per-customer.cards"]);

interface Counted {
  readonly at: string;
  readonly figure: number;
  readonly behind: Behind;
}

/** None where it turns out that it cannot be computed. */
async function rowsOf(analysis: AnyAnalysis, { engine, view }: Pick<Sight, "engine" | "view">) {
  try {
    return (await runAnalysis(analysis, engine, view)).rows;
  } catch (error) {
    reasonOf(error);
    return [];
  }
}

/** Every count of an analysis, with the rows behind it. */
async function countsOf(
  id: AnalysisId,
  { engine, view }: Pick<Sight, "engine" | "view">,
): Promise<Counted[]> {
  const analysis: AnyAnalysis = analyses[id];
  if (analysis.behind === undefined || notComputable(analysis, view) !== undefined) return [];
  const rows = await rowsOf(analysis, { engine, view });
  return (rows as unknown as readonly ResultRow[]).flatMap((row) =>
    Object.entries<Column>(analysis.columns).flatMap(([column, { kind }]) => {
      const figure = row[column];
      const at = `${id}.${column} of ${JSON.stringify(row)}`;
      if (kind !== "count" || names.has(`${id}.${column}`) || typeof figure !== "number") return [];
      const behind = analysis.behind?.(row as never, column, view);
      expect(behind, at).toBeDefined();
      return behind === undefined ? [] : [{ at, figure, behind }];
    }),
  );
}

/** How many rows there are behind each: as many statements as figures, sent together. */
async function rowsBehind({ engine, view }: Pick<Sight, "engine" | "view">, counts: readonly Counted[]) {
  const found: number[] = [];
  for (let from = 0; from < counts.length; from += 100) {
    const selects = counts
      .slice(from, from + 100)
      .map(
        ({ behind: { of, where } }, i) =>
          `select ${i} as i, count(*) as n from ${of} where ${render(where, engine.dialect)}`,
      );
    const text = `select i, n from (${selects.join("\nunion all\n")}) order by i nulls last`;
    const { rows } = await engine.query(raw(view.narrow?.(text) ?? text));
    found.push(...rows.map((row) => Number(row["n"])));
  }
  return found;
}

async function check(sight: Pick<Sight, "engine" | "view">): Promise<number> {
  const counts = [];
  for (const id of ids) counts.push(...(await countsOf(id, sight)));
  const found = await rowsBehind(sight, counts);
  const differ = counts.flatMap(({ at, figure }, i) =>
    found[i] === figure ? [] : [`${at}: ${found[i]} rows, not ${figure}`],
  );
  expect(differ).toEqual([]);
  return counts.length;
}

describe("a count has as many rows behind it", () => {
  it("in the fixture, on several days and at other thresholds", async () => {
    await using desk = await Desk.open();
    for (const options of [
      {},
      { asOf: "2020-03-01" },
      {
        asOf: "2025-01-15",
        settings: { "fairness.age_split": 40, "high_debt.ratio": 1, "security.pin_years": 2 },
      },
    ]) {
      await desk.load(fixture, options);
      expect(await check(desk)).toBeGreaterThan(400);
    }
  });

  it("where a model ranks", { timeout: 120_000 }, async () => {
    await using desk = await Desk.open();
    await desk.load(portfolioWithOutcomes(800));
    expect(await check(desk)).toBeGreaterThan(400);
    expect((await desk.rows("segments")).length).toBeGreaterThan(1);
  });

  describe.each(portfolios)("in the %s", (name) => {
    let explorer: Explorer;
    beforeAll(async () => {
      explorer = await open(name);
    }, 120_000);
    afterAll(() => explorer[Symbol.asyncDispose]());

    const seen: readonly Look[] = [
      wholePortfolio,
      { ...wholePortfolio, asOf: "2021-06-30", settings: { "high_debt.ratio": 1, "premium.score_min": 650 } },
      ...looks(6, 3),
    ];
    it.each(seen.map((look) => [lookParams(look).toString() || "everything", look] as const))(
      "%s",
      { timeout: 120_000 },
      async (_, look) => {
        expect(await explorer.at(look, check)).toBeGreaterThan(100);
      },
    );
  });
});

/** Analyses of which no figure has rows of its own, and why. */
const closed: Readonly<Partial<Record<AnalysisId, string>>> = {
  "expected-loss-sensitivity": "figures under assumptions, each of all customers",
  ...Object.fromEntries(
    ids.filter((id) => id.startsWith("model-")).map((id) => [id, "what a training said of customers"]),
  ),
};

/** The columns that a chart draws as marks, bars or headline figures. */
function drawn({ chart, columns }: AnyAnalysis): readonly string[] {
  switch (chart.mark) {
    case "bar":
      return [chart.y, chart.share].filter((name) => name !== undefined);
    case "column":
    case "map":
    case "interval":
    case "line":
      return [chart.y];
    case "heatmap":
      return [chart.value];
    case "figures":
      return Object.keys(columns);
    case "table":
      return Object.entries<Column>(columns)
        .filter(([, { kind }]) => kind === "count")
        .map(([name]) => name);
  }
}

describe("what is drawn can be opened", () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await (await Desk.open()).load(fixture);
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  const opened = ids.filter((id) => !("list" in analyses[id]) && !(id in closed) && id !== "segments");
  it.each(opened)("%s", async (id) => {
    const analysis: AnyAnalysis = analyses[id];
    const open = drawn(analysis);
    for (const row of await desk.rows(id))
      for (const name of open)
        if (row[name] !== null)
          expect(analysis.behind?.(row as never, name, desk.view), `${id}.${name}`).toBeDefined();
    expect(open.length).toBeGreaterThan(0);
  });

  it("shares, means and medians have rows that can be counted", async () => {
    for (const id of ids) {
      const analysis: AnyAnalysis = analyses[id];
      for (const row of ((await desk.try(id))?.rows ?? []) as unknown as readonly ResultRow[])
        for (const [name, { kind }] of Object.entries<Column>(analysis.columns)) {
          if (!["share", "ratio", "usd", "number"].includes(kind) || row[name] === null) continue;
          const behind = analysis.behind?.(row as never, name, desk.view);
          if (behind === undefined) continue;
          const { rows } = await desk.engine.query(
            raw(`select count(*) as n from ${behind.of} where ${render(behind.where, desk.engine.dialect)}`),
          );
          // a figure that is there, and not 0, is computed from something
          if (row[name] !== 0) expect(Number(rows[0]?.["n"]), `${id}.${name}`).toBeGreaterThan(0);
        }
    }
  });
});
