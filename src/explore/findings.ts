import { analyses } from "../analyses/index.ts";
import { notComputable, type Result, reasonOf, runAnalysis, streamRows } from "../analyses/run.ts";
import type { ResultRow } from "../engines/engine.ts";
import type { View } from "../models/build.ts";
import type { EventsSince, LookStamp, ReportFindings } from "../outputs/document.ts";
import { type AnalysisId, inReadingOrder } from "../portfolio/portfolio.ts";
import { parameters } from "../schema/measures.ts";
import { dimensionIds, dimensions } from "./dimensions.ts";
import type { Explorer, Sight } from "./explorer.ts";
import { filterWords } from "./filter-words.ts";
import type { Look } from "./look.ts";
import { portionAt } from "./portion.ts";
import { reachedIn } from "./reached.ts";

/**
 * Runs work with all analyses at a look, as outputs take them. Their lists stream from a connection that is theirs
 * until the work ends; an aborted signal ends it.
 */
export function findingsAt<T>(
  explorer: Explorer,
  look: Look,
  work: (findings: ReportFindings) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  return explorer.at(
    look,
    async (sight) => {
      const { asOf, asOfSource, sources, issues } = explorer.portfolio;
      const results: Result[] = [];
      const missing: { id: string; because: string }[] = [];
      for (const id of inReadingOrder()) {
        signal?.throwIfAborted();
        const because = notComputable(analyses[id], sight.view);
        if (because !== undefined) missing.push({ id, because });
        else
          try {
            results.push(await glance(id, sight));
          } catch (error) {
            missing.push({ id, because: reasonOf(error) });
          }
      }
      return await work({
        asOf: sight.view.asOf,
        asOfSource: sight.view.asOf === asOf ? asOfSource : "given",
        look: {
          ...stated(look, sight.view),
          ...(await portionAt(sight)),
          ...(explorer.isLive && { events: await eventsSince(sight) }),
        },
        sources,
        issues,
        results,
        notComputable: missing,
        rows: (id) => rowsOf(results, id as AnalysisId, sight, signal),
      });
    },
    signal,
  );
}

async function eventsSince({ engine, learntAt }: Sight): Promise<EventsSince> {
  const { position, latest } = await reachedIn(engine);
  return { count: position, latest, predictions: learntAt() ?? null };
}

const glance = async (id: AnalysisId, { engine, view }: Sight): Promise<Result> =>
  (await runAnalysis(analyses[id] as never, engine, view)) as unknown as Result;

/** What is in memory is not computed again. */
async function* rowsOf(
  results: readonly Result[],
  id: AnalysisId,
  { engine, view }: Sight,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly ResultRow[]> {
  const result = results.find(({ analysis }) => analysis.id === id);
  if (result !== undefined && result.rows.length === result.total) {
    yield result.rows as unknown as readonly ResultRow[];
    return;
  }
  for await (const rows of streamRows(analyses[id], engine, view)) {
    signal?.throwIfAborted();
    yield rows;
  }
}

function stated(
  { grain, filters }: Look,
  { values }: View,
): Omit<LookStamp, "selected" | "whole" | "events"> {
  const inForce = values as Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  return {
    grain,
    filters: dimensionIds.flatMap((id) => {
      const filter = filters[id];
      return filter === undefined
        ? []
        : [{ dimension: id, label: dimensions[id].label, text: filterWords(id, filter) }];
    }),
    settings: Object.entries(parameters).flatMap(([name, { default: initial }]) => {
      const [measure = "", parameter = ""] = name.split(".");
      const value = inForce[measure]?.[parameter] ?? initial;
      return value === initial || value === null ? [] : [{ name, value, default: initial }];
    }),
  };
}
