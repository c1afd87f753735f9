import type { DuckDBEngine } from "../engines/duckdb.ts";
import { segment } from "../risk/segments/segment.ts";
import { tuples } from "../sql/lists.ts";
import { raw } from "../sql/statement.ts";
import { borrowersOf, inputLabels } from "./borrowers.ts";
import type { View } from "./build.ts";
import { SEED } from "./learner.ts";
import { loadRows } from "./load-rows.ts";

/**
 * How customers use credit. What follows from two of these, such as a balance, would count them twice; the time
 * since the first card stands for age.
 */
const BEHAVIOUR: ReadonlySet<string> = new Set([
  "utilisation",
  "debt_to_income",
  "credit_score",
  "annual_income_usd",
  "credit_limit_valid_usd",
  "cards",
]);

/** One row per customer with its segment, and one per number of segments that was tried. */
export async function fillSegments(
  engine: DuckDBEngine,
  view: Omit<View, "narrow">,
  signal?: AbortSignal,
): Promise<void> {
  const { keys, inputs } = await borrowersOf(engine, view);
  const measures = inputs.flatMap((input) =>
    input.kind === "number" && BEHAVIOUR.has(input.name)
      ? [
          {
            name: input.name,
            label:
              input.name === "cards" ? "number of cards" : (inputLabels.get(input.name)?.label ?? input.name),
            values: input.values,
          },
        ]
      : [],
  );
  const found = await segment(measures, keys, { seed: SEED, ...(signal && { signal }) });
  await loadRows(
    engine,
    "segmented",
    { key: "varchar", position: "bigint" },
    keys.length,
    (append, row) => {
      append.text(keys[row] ?? "");
      append.whole(found.of[row] ?? 0);
    },
    signal,
  );
  await engine.execute({
    parts: [
      `create or replace table segment_profile as
with named (position, segment) as (values `,
      `)
select users.user_id, named.segment, named.position
from users
inner join segmented on segmented.key = cast(users.user_id as varchar)
inner join named on named.position = segmented.position
order by users.user_id nulls last`,
    ],
    holes: [tuples(found.segments.map(({ segment: position, name }) => [position, name]))],
  });
  await engine.execute({
    parts: [
      `create or replace table segment_choice as
select
  cast(segments as bigint) as segments,
  cast(silhouette as double) as silhouette,
  is_chosen,
  case when is_chosen then cast(${found.agreement} as double) end as agreement
from (values `,
      ") as tried (segments, silhouette, is_chosen)",
    ],
    holes: [
      tuples(
        found.tried.map(({ segments, silhouette }) => [
          segments,
          silhouette,
          segments === found.segments.length,
        ]),
      ),
    ],
  });
  await engine.execute(raw("drop table segmented"));
}
