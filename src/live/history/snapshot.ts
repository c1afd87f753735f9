import type { AnyAnalysis } from "../../analyses/analysis.ts";
import { analyses } from "../../analyses/index.ts";
import { notComputable, reasonOf, runAnalysis } from "../../analyses/run.ts";
import type { DuckDBEngine } from "../../engines/duckdb.ts";
import type { ResultRow } from "../../engines/engine.ts";
import { CardscopeError } from "../../errors.ts";
import { inputsOf } from "../../ingest/ingest.ts";
import { buildModels, outcomesIn } from "../../models/build.ts";
import type { AnalysisId } from "../../portfolio/portfolio.ts";
import type { MeasureValues } from "../../schema/measures.ts";
import { raw } from "../../sql/statement.ts";
import { keyTypes } from "../key-types.ts";
import { makeState } from "../state.ts";
import { DATABASE_NAME } from "../workspace.ts";

/** The analyses that have a history: no lists, which name customers, and nothing that is learnt. */
export const keptIds: readonly AnalysisId[] = Object.values(analyses as Readonly<Record<string, AnyAnalysis>>)
  .filter(({ list, topic }) => list !== true && topic !== "predict")
  .map(({ id }) => id as AnalysisId);

export interface Snapshot {
  readonly day: string;
  /** Events that it knows of. */
  readonly position: number;
  /** Rows by analysis; without those that are not computable. */
  readonly figures: ReadonlyMap<AnalysisId, readonly ResultRow[]>;
}

let attached = 0;

/**
 * Computes the figures at the end of a day, in a database in memory beside the workspace: the writer does not wait for
 * it. `engine` is a connection to the workspace that nothing else uses.
 */
export async function takeSnapshot(
  engine: DuckDBEngine,
  day: string,
  values: MeasureValues,
  /** Awaited before each analysis: what it throws ends the work. */
  aside: () => Promise<void>,
): Promise<Snapshot> {
  const run = (text: string) => engine.execute(raw(text));
  const workspace = DATABASE_NAME;
  const past = `past_${++attached}`;
  await run(`attach ':memory:' as ${past}`);
  try {
    const position = await readState(engine, { workspace, target: past }, day);
    await run(`use ${past}.main`);
    const view = {
      asOf: day,
      values,
      inputs: await inputsOf(engine),
      outcomes: await outcomesIn(engine),
    };
    await buildModels(engine, view);
    const figures = new Map<AnalysisId, readonly ResultRow[]>();
    for (const id of keptIds) {
      await aside();
      const analysis = analyses[id] as AnyAnalysis;
      if (notComputable(analysis, view) !== undefined) continue;
      try {
        const { rows: found } = await runAnalysis(analysis, engine, view);
        figures.set(id, found as unknown as readonly ResultRow[]);
      } catch (error) {
        // figures that contradict each other are not kept, and must not keep back the other days
        if (!(error instanceof CardscopeError && error.code === "RESULT_SHAPE")) reasonOf(error);
      }
    }
    return { day, position, figures };
  } finally {
    await run(`use ${workspace}.main`);
    await run(`detach ${past}`);
  }
}

/** One state of the log, whatever is committed meanwhile; returns its position. */
async function readState(
  engine: DuckDBEngine,
  databases: { readonly workspace: string; readonly target: string },
  day: string,
): Promise<number> {
  await engine.execute(raw("begin"));
  try {
    const { rows } = await engine.query(raw("select position from progress"));
    await makeState(engine, databases, await keyTypes(engine), { until: day });
    await engine.execute(raw("commit"));
    return Number(rows[0]?.["position"]);
  } catch (error) {
    await engine.execute(raw("rollback")).catch(() => {});
    throw error;
  }
}
