import { readRanges } from "../engines/columns.ts";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import { type OnDone, partsOf } from "../progress.ts";
import { findSegments, type Segmentation } from "../risk/segments/segment.ts";
import { tuples } from "../sql/lists.ts";
import { raw } from "../sql/statement.ts";
import { borrowersOf, inputLabels, rowsOf } from "./borrowers.ts";
import type { View } from "./build.ts";
import { SEED } from "./learnable.ts";
import { TableLoader } from "./load-rows.ts";
import { SAMPLED, sampleCustomers } from "./training-sample.ts";

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

/** What is standardised and found is so among as many customers; the others join the nearest segment. */
const SAMPLE = 50_000;
/** Of the hash that draws them: the same customers from every seed of the search. */
const SAMPLE_SEED = 0;
/** Segments are found in the time in which so many customers are drawn from, or assigned. */
const FINDING_CUSTOMERS = 3_000_000;
/** Customers that are assigned between two pauses. */
const SLICE = 16_384;

/** One row per customer with its segment, and one per number of segments that was tried. */
export async function fillSegments(
  engine: DuckDBEngine,
  view: Omit<View, "narrow">,
  {
    sample = SAMPLE,
    signal,
    onDone,
  }: {
    readonly sample?: number;
    readonly signal?: AbortSignal | undefined;
    readonly onDone?: OnDone;
  } = {},
): Promise<void> {
  const customers = await rowsOf(engine);
  const done = partsOf(onDone, { choose: customers, find: FINDING_CUSTOMERS, group: customers });
  const isSampled = await sampleCustomers(engine, "true", {
    size: sample,
    seed: SAMPLE_SEED,
    signal,
    onKeys: (keys) => done?.choose(keys / customers),
  });
  const { keys, inputs } = await borrowersOf(engine, view, isSampled ? { among: SAMPLED } : {});
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
  const found = await findSegments(measures, keys, { seed: SEED, ...(signal && { signal }) });
  done?.find(1);
  const segments = found.segments(
    await fillGroups(engine, found, { customers, signal, onDone: done?.group }),
  );
  await engine.execute({
    parts: [
      `create or replace table segment_profile as
with named (number, position, segment) as (values `,
      `)
select customer_profile.user_id, named.segment, cast(named.position as bigint) as position
from customer_profile
inner join grouped on grouped.customer = customer_profile.rowid
inner join named on named.number = grouped.number`,
    ],
    holes: [tuples(segments.map(({ group, segment, name }) => [group, segment, name]))],
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
        found.tried.map(({ segments: tried, silhouette }) => [tried, silhouette, tried === found.count]),
      ),
    ],
  });
  await engine.execute(raw("drop table grouped"));
}

/** The group of every customer, slice by slice. Returns their sizes. */
async function fillGroups(
  engine: DuckDBEngine,
  found: Segmentation,
  {
    customers: all,
    signal,
    onDone,
  }: {
    readonly customers: number;
    readonly signal: AbortSignal | undefined;
    readonly onDone: OnDone | undefined;
  },
): Promise<Int32Array> {
  const sizes = new Int32Array(found.count);
  using loader = await TableLoader.create(engine, "grouped", { customer: "integer", number: "integer" });
  const names = found.measures.map(({ name }) => name);
  const slices = readRanges(engine, {
    rowid: "rowid",
    rows: all,
    numbers: ["rowid", ...names],
    from: "customer_profile",
    least: SLICE,
    signal,
  });
  let done = 0;
  for await (const { numbers } of slices) {
    const [customers = new Float64Array(), ...columns] = numbers;
    const groups = found.groupsOf(
      names.map((name, i) => ({ name, values: columns[i] ?? new Float64Array() })),
    );
    for (const group of groups) sizes[group] = (sizes[group] ?? 0) + 1;
    loader.append([customers, groups]);
    done += groups.length;
    onDone?.(done / all);
    await new Promise((done) => setImmediate(done));
  }
  return sizes;
}
