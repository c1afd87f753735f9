import { readRanges } from "../engines/columns.ts";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import { type OnDone, partsOf } from "../progress.ts";
import { usedInputs } from "../risk/applicants.ts";
import { type BandOf, bandByLimits, bandByPd, lastPlaces, type PerBand } from "../risk/bands.ts";
import type { Model } from "../risk/model.ts";
import { type Explanations, type Scores, score } from "../risk/score.ts";
import { referenceRates } from "../schema/reference-rates.ts";
import { literal, raw } from "../sql/statement.ts";
import { candidatesOf, rowsOf } from "./borrowers.ts";
import type { View } from "./build.ts";
import type { Learner } from "./learner.ts";
import { TableLoader } from "./load-rows.ts";

/** One row per customer by what predicts: a fitted model where the outcomes allow one, else the expert card. */
export async function fillDefaultProfile(
  engine: DuckDBEngine,
  view: Omit<View, "narrow">,
  learner: Learner,
  byExpertCard: () => Promise<void>,
  options: { readonly explained?: number; readonly slice?: number; readonly onDone?: OnDone } = {},
): Promise<void> {
  const learnt = await learner.learnt();
  if ("model" in learnt) {
    const { explained = EXPLAINED, slice = SLICE, onDone } = options;
    const { model } = learnt;
    const customers = await rowsOf(engine);
    const { signal } = learner;
    return fillByModel({ engine, view, model, customers, explained, slice, signal }, onDone);
  }
  await byExpertCard();
  await engine.execute(raw("create or replace table default_profile as select * from expert_profile"));
}

/** About the time that each takes. */
const WEIGHTS = { score: 15, rank: 10, explain: 75 };
/** Reasons of trees take a millisecond each; beyond so many customers only those on the watchlist have them. */
const EXPLAINED = 20_000;
/** Customers that are scored and explained between two pauses. */
const SLICE = 8_192;

/**
 * The same columns as those of `expert_profile`. Customers come and go slice by slice, so that memory does not grow
 * with them; what asks for all of them at once, their order, is the engine's.
 */
async function fillByModel(read: Read, onDone: OnDone | undefined): Promise<void> {
  const { engine, view, model, customers } = read;
  const done = partsOf(onDone, WEIGHTS);
  await fillScored(read, done?.score);
  await engine.execute(
    raw(`create or replace temp table ranked as
select
  scored.*,
  rank() over (
    partition by scored.log_odds is null
    order by scored.log_odds nulls last, cast(customer_profile.user_id as varchar) nulls last
  ) as risk_rank
from scored
inner join customer_profile on customer_profile.rowid = scored.customer`),
  );
  await engine.execute(raw("drop table scored"));
  const banded = await bandsOf(engine, view, model, customers);
  done?.rank(1);
  await fillExplained(read, banded.of, done?.explain);
  const rates = referenceRates.map(
    ({ below, rate }) => `when credit_score ${below === null ? "is not null" : `< ${below}`} then ${rate}`,
  );
  await engine.execute(
    raw(`create or replace table default_profile as
select
  customer_profile.user_id,
  '${model.champion}' as model,
  ranked.score,
  ranked.risk_rank,
  ${banded.sql} as band,
  ${model.champion === "ranking" ? "cast(null as double)" : "ranked.pd"} as pd,
  explained.reasons,
  explained.change,
  ${missingInputs(model)} as missing_inputs,
  case ${rates.join(" ")} end as reference_rate
from customer_profile
inner join ranked on ranked.customer = customer_profile.rowid
left join explained on explained.customer = customer_profile.rowid`),
  );
  await engine.execute(raw("drop table ranked"));
  await engine.execute(raw("drop table explained"));
}

interface Read {
  readonly engine: DuckDBEngine;
  readonly view: Omit<View, "narrow">;
  readonly model: Model;
  readonly customers: number;
  /** How many have reasons at least, where these take long. */
  readonly explained: number;
  readonly slice: number;
  readonly signal: AbortSignal | undefined;
}

async function fillScored(read: Read, onDone: OnDone | undefined): Promise<void> {
  using loader = await TableLoader.create(read.engine, "scored", {
    customer: "integer",
    log_odds: "double",
    pd: "double",
    score: "double",
  });
  for await (const { customers, scores } of scoredSlices(read, "customer_profile", onDone))
    loader.append([customers, scores.logOdds, scores.pd ?? scores.logOdds, scores.score]);
}

async function fillExplained(read: Read, bandOf: BandOf, onDone: OnDone | undefined): Promise<void> {
  const { engine, view, model, customers, explained } = read;
  using loader = await TableLoader.create(engine, "explained", {
    customer: "integer",
    reasons: "varchar",
    change: "varchar",
  });
  const watched = Math.ceil(view.values.watchlist.share * customers);
  const from =
    model.champion === "trees"
      ? `customer_profile
inner join ranked
  on ranked.customer = customer_profile.rowid and ranked.risk_rank <= ${Math.max(explained, watched)}`
      : "customer_profile";
  const known: Explanations = new Map();
  for await (const { customers: rows, scores } of scoredSlices(read, from, onDone)) {
    const { reasons, changes } = await scores.explanations(bandOf, known);
    loader.append([rows, reasons, changes]);
  }
}

/** Customers by their row ids, with what the model says of them. */
async function* scoredSlices(
  { engine, view, model, customers, slice, signal }: Read,
  from: string,
  onDone: OnDone | undefined,
): AsyncGenerator<{ readonly customers: Float64Array; readonly scores: Scores }> {
  const used = new Set(usedInputs(model).map(({ name }) => name));
  const names = candidatesOf(view.inputs).flatMap(({ name }) => (used.has(name) ? [name] : []));
  const slices = readRanges(engine, {
    rowid: "customer_profile.rowid",
    rows: customers,
    numbers: ["customer_profile.rowid", ...names],
    from,
    least: slice,
    signal,
  });
  let done = 0;
  for await (const { rows, numbers } of slices) {
    const [ids = new Float64Array(), ...columns] = numbers;
    const inputs = names.map((name, i) => ({
      name,
      kind: "number" as const,
      values: columns[i] ?? new Float64Array(rows),
      codes: [],
    }));
    // nobody asks for the ranks of a slice, which the keys are for
    const scores = await score(model, { rows, keys: [], inputs, groupings: [] }, { signal });
    yield { customers: ids, scores };
    // of those who are left out before, too: slices come in the order of the row ids, but for few
    done = Math.max(done, (ids.at(-1) ?? 0) + 1);
    onDone?.(done / customers);
    await new Promise((done) => setImmediate(done));
  }
}

/** The band by log odds, and the same as SQL over `ranked`. */
async function bandsOf(
  engine: DuckDBEngine,
  view: Omit<View, "narrow">,
  model: Model,
  customers: number,
): Promise<{ readonly of: BandOf; readonly sql: string }> {
  const bounds = view.values.risk_band;
  const cases = (column: string, by: string, [very_high, high, moderate]: PerBand) =>
    [["very_high", very_high] as const, ["high", high] as const, ["moderate", moderate] as const].flatMap(
      ([band, bound]) =>
        // as text, since a literal would be a decimal first
        bound === undefined ? [] : [`when ranked.${column} ${by} cast('${bound}' as double) then '${band}'`],
    );
  const sql = (whens: readonly string[]) =>
    whens.length === 0 ? "'low'" : `case ${whens.join(" ")} else 'low' end`;
  if (model.champion !== "ranking") {
    const { pd_very_high, pd_high, pd_moderate } = bounds;
    return { of: bandByPd(bounds), sql: sql(cases("pd", ">=", [pd_very_high, pd_high, pd_moderate])) };
  }
  const limits: (number | undefined)[] = [];
  for (const place of lastPlaces(bounds, customers)) {
    const { rows } = await engine.query(
      raw(`select log_odds from ranked where risk_rank = ${(place ?? -1) + 1}`),
    );
    limits.push(rows[0] === undefined ? undefined : Number(rows[0]["log_odds"]));
  }
  const [very_high, high, moderate] = limits;
  const perBand: PerBand = [very_high, high, moderate];
  return { of: bandByLimits(perBand), sql: sql(cases("log_odds", "<=", perBand)) };
}

/** Labels of the inputs that are missing; what was divided by nothing is missing too. */
const missingInputs = (model: Model): string => {
  const parts = usedInputs(model).map(
    ({ name, label }) =>
      `case when ${name} is null or not isfinite(cast(${name} as double)) then ${literal(`, ${label}`)} else '' end`,
  );
  return parts.length === 0 ? "cast(null as varchar)" : `nullif(substr(${parts.join(" || ")}, 3), '')`;
};
