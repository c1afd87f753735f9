import { expect, test } from "vitest";
import { type DuckDBEngine, openDuckDB } from "../../src/engines/duckdb.ts";
import { borrowersOf } from "../../src/models/borrowers.ts";
import { fillDefaultProfile } from "../../src/models/default-profile.ts";
import { Learner } from "../../src/models/learner.ts";
import { fillSegments } from "../../src/models/segment-profile.ts";
import type { Model } from "../../src/risk/model.ts";
import { score } from "../../src/risk/score.ts";
import { Inputs } from "../../src/schema/inputs.ts";
import { measureValues } from "../../src/schema/measures.ts";
import { raw } from "../../src/sql/statement.ts";

// more than two slices, since the engine gives 2,048 rows at a time
const ROWS = 5_000;
const sizes = { explained: 150, slice: 1_000 };
const view = {
  asOf: "2024-06-30",
  values: measureValues({ "watchlist.share": 0.01 }),
  inputs: new Inputs([
    "users.defaulted",
    "users.credit_score",
    "users.annual_income_usd",
    "users.total_debt_usd",
  ]),
  outcomes: { known: ROWS, defaults: ROWS / 10 },
};

async function customers(engine: DuckDBEngine, order = "i"): Promise<void> {
  const part = (k: number) => `cast(hash(i * ${k}) % 10007 as double) / 10007`;
  await engine.execute(
    raw(`create or replace table customer_profile as
select
  i as user_id,
  ${part(577)} < 0.01 + 0.6 * (${part(389)} + 1 - ${part(211)}) ** 3 / 8 as defaulted,
  case when i % 11 = 0 then null else round(400 + 400 * ${part(211)}) end as credit_score,
  case when i % 13 = 0 then 0 else 20000 + 90000 * ${part(733)} end as annual_income_usd,
  90000 * ${part(389)} as total_debt_usd,
  case when i % 13 = 0 then cast('inf' as double) else 90000 * ${part(389)} / (20000 + 90000 * ${part(733)}) end
    as debt_to_income,
  20 + i % 60 as age,
  i % 4 as cards
from range(${ROWS}) r(i) order by ${order}`),
  );
}

const learnerOf = (model: Model): Learner => {
  const learner = new Learner({
    connect: () => Promise.reject(new Error("not asked")),
    view: async () => view,
  });
  learner.learnt = () => Promise.resolve({ model });
  return learner;
};
const fill = (engine: DuckDBEngine, model: Model) =>
  fillDefaultProfile(engine, view, learnerOf(model), () => Promise.reject(new Error("a model ranks")), sizes);
const profileOf = async (engine: DuckDBEngine) =>
  (await engine.query(raw("select * from default_profile order by user_id"))).rows;
const joined = (parts: readonly string[], separator: string) =>
  parts.length === 0 ? null : parts.join(separator);

test("customers who come slice by slice are scored as all of them at once", async () => {
  await using engine = await openDuckDB();
  await customers(engine);
  const learnt = await new Learner({ connect: () => engine.connect(), view: async () => view }).learnt();
  if (!("model" in learnt)) throw new Error(learnt.because);
  for (const champion of ["scorecard", "trees", "ranking"] as const) {
    await customers(engine);
    const model = { ...learnt.model, champion };
    await fill(engine, model);
    const rows = await profileOf(engine);
    const read = await borrowersOf(engine, view);
    const all = await score(model, read);
    const bounds = view.values.risk_band;
    const bands = all.bands(bounds);
    expect(new Set(bands).size, champion).toBeGreaterThan(2);
    expect(rows).toHaveLength(ROWS);
    for (const [row, key] of read.keys.entries()) {
      const isExplained = champion !== "trees" || (all.rank[row] ?? 0) <= sizes.explained;
      expect(rows[row]).toEqual({
        user_id: Number(key),
        model: champion,
        score: all.score[row],
        risk_rank: all.rank[row],
        band: bands[row],
        pd: all.pd?.[row] ?? null,
        reasons: isExplained
          ? joined(
              all.reasons(row).map(({ text }) => text),
              "; ",
            )
          : null,
        change: isExplained ? joined(all.changes(row, bounds), " and ") : null,
        missing_inputs: joined(all.missingInputs(row), ", "),
        reference_rate: rows[row]?.["reference_rate"],
      });
    }
    await customers(engine, "i % 17, -i");
    await fill(engine, model);
    expect(await profileOf(engine)).toEqual(rows);
  }
});

test("segments that are found among some take in all, whatever their order", async () => {
  await using engine = await openDuckDB();
  const segments = async (sample?: number) => {
    await fillSegments(engine, view, sample === undefined ? {} : { sample });
    return (await engine.query(raw("select * from segment_profile order by user_id"))).rows;
  };
  await customers(engine);
  const [all, drawn] = [await segments(), await segments(1_000)];
  expect(drawn).toHaveLength(ROWS);
  await customers(engine, "i % 17, -i");
  expect(await segments()).toEqual(all);
  expect(await segments(1_000)).toEqual(drawn);
  const sizes = new Map<number, number>();
  for (const { position } of drawn) sizes.set(Number(position), (sizes.get(Number(position)) ?? 0) + 1);
  const inOrder = [...sizes].sort(([a], [b]) => a - b).map(([, size]) => size);
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => b - a));
});
