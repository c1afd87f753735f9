import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { Scalar } from "../engines/engine.ts";
import { CardscopeError } from "../errors.ts";
import type { Estimate, Model, Performance } from "../risk/model.ts";
import { tuples } from "../sql/lists.ts";
import { raw } from "../sql/statement.ts";
import type { Learner } from "./learner.ts";

type Row = readonly Scalar[];

interface ModelTable {
  /** Name and type of each column. */
  readonly columns: Readonly<Record<string, "varchar" | "double" | "bigint" | "boolean">>;
  rows(model: Model): readonly Row[];
}

const CROSS_VALIDATION = "cross-validation";
const OUT_OF_TIME = "out of time";

/** Every performance of a model's candidates, with how it was looked at. */
const looked = (model: Model): readonly { readonly how: string; readonly of: Performance }[] => [
  ...model.performance.map((of) => ({ how: CROSS_VALIDATION, of })),
  ...(model.out_of_time?.performance ?? []).map((of) => ({ how: OUT_OF_TIME, of })),
];

const metrics = (of: Performance): readonly (readonly [string, Estimate | null])[] => [
  ["AUC", of.auc],
  ["Gini", of.gini],
  ["KS", of.ks],
  ["Brier score", of.brier],
  ["calibration slope", of.calibration_slope],
  ["calibration intercept", of.calibration_intercept],
];

export const cutOffColumns: ModelTable["columns"] = {
  score: "double",
  pd: "double",
  rate_selected: "double",
  share_defaults_avoided: "double",
};

/** What a trained model says about itself, as tables. */
export const tablesOfModel = {
  model_metrics: {
    columns: {
      model: "varchar",
      validation: "varchar",
      metric: "varchar",
      position: "bigint",
      value: "double",
      low: "double",
      high: "double",
      customers: "bigint",
      defaults: "bigint",
      is_champion: "boolean",
      because: "varchar",
    },
    rows: (model) =>
      looked(model).flatMap(({ how, of }, at) =>
        metrics(of).flatMap(([metric, found], i) =>
          found === null
            ? []
            : [
                [
                  of.model,
                  how,
                  metric,
                  i * 100 + at,
                  found.value,
                  found.low,
                  found.high,
                  of.customers,
                  of.defaults,
                  of.model === model.champion,
                  of.model === model.champion ? model.champion_because : null,
                ],
              ],
        ),
      ),
  },
  model_calibration: {
    columns: {
      model: "varchar",
      position: "bigint",
      bin: "bigint",
      customers: "bigint",
      defaults: "bigint",
      pd_mean: "double",
      rate: "double",
      rate_low: "double",
      rate_high: "double",
    },
    rows: ({ performance }) =>
      performance.flatMap(({ model, calibration }, at) =>
        calibration.map((b) => [
          model,
          at,
          b.bin,
          b.customers,
          b.defaults,
          b.pd_mean,
          b.rate,
          b.rate_low,
          b.rate_high,
        ]),
      ),
  },
  model_gains: {
    columns: {
      model: "varchar",
      position: "bigint",
      share_customers: "double",
      customers: "bigint",
      defaults: "double",
      share_defaults: "double",
      lift: "double",
    },
    rows: ({ performance }) =>
      performance.flatMap(({ model, gains }, at) =>
        gains.map((g) => [model, at, g.share_customers, g.customers, g.defaults, g.share_defaults, g.lift]),
      ),
  },
  model_inputs: {
    columns: {
      input: "varchar",
      label: "varchar",
      position: "bigint",
      missing: "bigint",
      information_value: "double",
      coefficient: "double",
      points_range: "bigint",
      is_actionable: "boolean",
      unused_because: "varchar",
    },
    rows: ({ inputs, scorecard }) =>
      inputs.map((input, at) => {
        const used = scorecard.characteristics.find((c) => c.input === input.name);
        const points = used?.bins.map((b) => b.points) ?? [];
        return [
          input.name,
          input.label,
          at,
          input.missing,
          input.information_value,
          used?.coefficient ?? null,
          used === undefined ? null : Math.max(...points) - Math.min(...points),
          input.is_actionable,
          input.unused_because,
        ];
      }),
  },
  model_characteristics: {
    columns: {
      input: "varchar",
      label: "varchar",
      position: "bigint",
      bin_position: "bigint",
      bin: "varchar",
      customers: "bigint",
      defaults: "bigint",
      woe: "double",
      points: "bigint",
    },
    rows: ({ inputs, scorecard }) =>
      scorecard.characteristics.flatMap(({ input, bins }, at) =>
        bins.map((b, i) => [
          input,
          inputs.find(({ name }) => name === input)?.label ?? input,
          at,
          i,
          b.label,
          b.customers,
          b.defaults,
          b.woe,
          b.points,
        ]),
      ),
  },
  model_fairness: {
    columns: {
      dimension: "varchar",
      group_name: "varchar",
      position: "bigint",
      customers: "bigint",
      selected: "bigint",
      rate: "double",
      ratio: "double",
      ratio_low: "double",
      ratio_high: "double",
      cut_off: "double",
    },
    rows: ({ fairness, cut_off }) =>
      fairness.map((f, at) => [
        f.dimension,
        f.group,
        at,
        f.customers,
        f.selected,
        f.rate,
        f.ratio,
        f.ratio_low,
        f.ratio_high,
        cut_off,
      ]),
  },
} as const satisfies Readonly<Record<string, ModelTable>>;

export type ModelTableName = keyof typeof tablesOfModel;
export const modelTables = Object.keys(tablesOfModel) as readonly ModelTableName[];

/** Writes them. Throws NOT_COMPUTABLE where there is no model. */
export async function fillModelTables(engine: DuckDBEngine, learner: Learner): Promise<void> {
  const learnt = await learner.learnt();
  if (!("model" in learnt)) throw new CardscopeError("NOT_COMPUTABLE", learnt.because);
  for (const [name, { columns, rows }] of Object.entries<ModelTable>(tablesOfModel))
    await put(engine, name, columns, rows(learnt.model));
}

/** Cut-offs of the expert card, which nothing validates: every second point. */
const cardCuts: readonly Row[] = Array.from({ length: 51 }, (_, i) => [i * 2, null, null, null]);

/** What may be cut off: the model's choice, else that of the expert card. */
export async function fillCutOffs(engine: DuckDBEngine, learner: Learner): Promise<void> {
  const learnt = await learner.learnt();
  const rows =
    "model" in learnt
      ? learnt.model.cut_offs.map((c) => [c.score, c.pd, c.rate_selected, c.share_defaults_avoided])
      : cardCuts;
  await put(engine, "model_cut_offs", cutOffColumns, rows);
}

async function put(
  engine: DuckDBEngine,
  name: string,
  columns: ModelTable["columns"],
  rows: readonly Row[],
): Promise<void> {
  const declared = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  await engine.execute(raw(`create or replace table ${name} (${declared.join(", ")})`));
  if (rows.length > 0)
    await engine.execute({ parts: [`insert into ${name} values `, ""], holes: [tuples(rows)] });
}
