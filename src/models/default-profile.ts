import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { Model } from "../risk/model.ts";
import { score } from "../risk/score.ts";
import { referenceRates } from "../schema/reference-rates.ts";
import { raw } from "../sql/statement.ts";
import { borrowersOf } from "./borrowers.ts";
import type { View } from "./build.ts";
import type { Learner } from "./learner.ts";
import { loadRows } from "./load-rows.ts";

/** One row per customer by what predicts: a fitted model where the outcomes allow one, else the expert card. */
export async function fillDefaultProfile(
  engine: DuckDBEngine,
  view: Omit<View, "narrow">,
  learner: Learner,
  byExpertCard: () => Promise<void>,
): Promise<void> {
  const learnt = await learner.learnt();
  if ("model" in learnt) return fillByModel(engine, view, learnt.model, learner.signal);
  await byExpertCard();
  await engine.execute(raw("create or replace table default_profile as select * from expert_profile"));
}

/** Reasons of trees take a millisecond each; beyond so many customers only those on the watchlist have them. */
const EXPLAINED = 20_000;

/** The same columns as those of `expert_profile`. */
async function fillByModel(
  engine: DuckDBEngine,
  view: Omit<View, "narrow">,
  model: Model,
  signal: AbortSignal | undefined,
): Promise<void> {
  const borrowers = await borrowersOf(engine, view);
  const scores = await score(model, borrowers, { signal });
  const bounds = view.values.risk_band;
  const bands = scores.bands(bounds);
  const watched = Math.ceil(view.values.watchlist.share * borrowers.rows);
  const explained = model.champion === "trees" ? Math.max(EXPLAINED, watched) : borrowers.rows;
  await loadRows(
    engine,
    "scored",
    {
      key: "varchar",
      score: "double",
      risk_rank: "bigint",
      band: "varchar",
      pd: "double",
      reasons: "varchar",
      change: "varchar",
      missing_inputs: "varchar",
    },
    borrowers.rows,
    (append, row) => {
      append.text(borrowers.keys[row] ?? "");
      append.number(scores.score[row] ?? null);
      append.whole(scores.rank[row] ?? null);
      append.text(bands[row] ?? null);
      append.number(scores.pd?.[row] ?? null);
      const isExplained = (scores.rank[row] ?? 0) <= explained;
      const reasons = isExplained ? scores.reasons(row).map(({ text }) => text) : [];
      append.text(joined(reasons, "; "));
      append.text(isExplained ? joined(scores.changes(row, bounds), " and ") : null);
      append.text(joined(scores.missingInputs(row), ", "));
    },
    signal,
  );
  const rates = referenceRates.map(
    ({ below, rate }) => `when credit_score ${below === null ? "is not null" : `< ${below}`} then ${rate}`,
  );
  await engine.execute(
    raw(`create or replace table default_profile as
select
  customer_profile.user_id,
  '${model.champion}' as model,
  scored.score,
  scored.risk_rank,
  scored.band,
  scored.pd,
  scored.reasons,
  scored.change,
  scored.missing_inputs,
  case ${rates.join(" ")} end as reference_rate
from customer_profile
inner join scored on scored.key = cast(customer_profile.user_id as varchar)
order by scored.risk_rank nulls last`),
  );
  await engine.execute(raw("drop table scored"));
}

const joined = (parts: readonly string[], separator: string): string | null =>
  parts.length === 0 ? null : parts.join(separator);
