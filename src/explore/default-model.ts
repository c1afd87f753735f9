import { CardscopeError } from "../errors.ts";
import type { Learnt } from "../models/learner.ts";
import { modelCard } from "../outputs/model-card.ts";
import { modelText } from "../outputs/model-folder.ts";
import { renderCardHtml } from "../outputs/model-html.ts";
import { renderCardMarkdown } from "../outputs/model-markdown.ts";
import { modelName } from "../outputs/model-performance.ts";
import { renderCardWorkbook } from "../outputs/model-workbook.ts";
import type { LeftOut } from "../risk/borrowers.ts";
import type { Model, Performance } from "../risk/model.ts";
import { scoreSql } from "../risk/scorecard-sql.ts";
import { raw } from "../sql/statement.ts";
import type { Explorer } from "./explorer.ts";
import { wholePortfolio } from "./look.ts";

/** fitted: gives probabilities. ranking: learnt an order. expert: points by judgement. */
export type ModelKind = "fitted" | "ranking" | "expert";

/** A model as it is named wherever its figures stand. */
export interface NamedModel {
  readonly kind: ModelKind;
  readonly name: string;
  /** What has to be said beside its figures. */
  readonly label: string;
  readonly caveat: string;
}

export function namedModel(learnt: Learnt): NamedModel {
  if (!("model" in learnt))
    return {
      kind: "expert",
      name: "Expert card",
      label: "not validated on your data",
      caveat: "Points by judgement: an order and no probability. Its reasons are no adverse-action reasons.",
    };
  const { champion, outcome } = learnt.model;
  const name = modelName(champion);
  return {
    kind: champion === "ranking" ? "ranking" : "fitted",
    name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    label: outcome.kind,
    caveat:
      champion === "ranking"
        ? "Fitted to few defaults: an order and no probability."
        : "Fitted to the outcomes in the files; how well it holds elsewhere is not known.",
  };
}

/** What predicts in a portfolio, and what is known of it. */
export interface ModelState extends NamedModel {
  readonly statement: string;
  /** Why this one. */
  readonly because: string;
  readonly customers: number;
  readonly defaults: number;
  readonly outcome: Model["outcome"] | null;
  /** The champion's, from cross-validation. */
  readonly performance: Performance | null;
  readonly left_out: readonly LeftOut[];
  readonly caveats: readonly string[];
  readonly files: readonly { readonly name: ModelFileName; readonly about: string }[];
}

const abouts = {
  "model.json": "to score and to validate with",
  "score.sql": "scores on any engine",
  "card.md": "the model card as Markdown",
  "card.html": "the model card as a page",
  "card.xlsx": "the model card as a workbook",
} as const;
export type ModelFileName = keyof typeof abouts;
export const modelFileNames = Object.keys(abouts) as [ModelFileName, ...ModelFileName[]];

const statements: Readonly<Record<ModelKind, string>> = {
  fitted:
    "A model that was fitted to the outcomes in the files. It gives each customer a probability of default.",
  ranking:
    "A model that was fitted to the few outcomes in the files. It puts the customers in an order and gives no probability.",
  expert:
    "Points by judgement from utilisation, debt to income, credit score and income. They put the customers in an order and give no probability; the reasons are no adverse-action reasons.",
};

export async function modelStateOf(explorer: Explorer): Promise<ModelState> {
  const learnt = await explorer.learner.learnt();
  const named = namedModel(learnt);
  const statement = statements[named.kind];
  if (!("model" in learnt))
    return {
      ...named,
      statement,
      because:
        explorer.portfolio.outcomes.known === 0
          ? "No model is fitted: the files do not say who defaulted (a column “defaulted” would)."
          : `No model is fitted: ${learnt.because}.`,
      ...(await counted(explorer)),
      outcome: null,
      performance: null,
      left_out: [],
      caveats: [],
      files: [],
    };
  const { model } = learnt;
  return {
    ...named,
    statement,
    because: model.champion_because,
    customers: model.customers,
    defaults: model.defaults,
    outcome: model.outcome,
    performance: model.performance[0] ?? null,
    left_out: model.left_out,
    caveats: model.caveats,
    files: modelFileNames.map((name) => ({ name, about: abouts[name] })),
  };
}

/** Of the state that predictions are of: the statement names one. */
const counted = (explorer: Explorer): Promise<{ customers: number; defaults: number }> =>
  explorer.at(wholePortfolio, async ({ engine }) => {
    const { rows } = await engine.query(
      raw(`select count(*) as customers, count(*) filter (where defaulted) as defaults
        from customer_profile left join expert_profile using (user_id)`),
    );
    return { customers: Number(rows[0]?.["customers"]), defaults: Number(rows[0]?.["defaults"]) };
  });

/** A file of the trained model. Throws NOT_COMPUTABLE where none was trained. */
export async function modelFile(explorer: Explorer, name: ModelFileName): Promise<string | Uint8Array> {
  const learnt = await explorer.learner.learnt();
  if (!("model" in learnt))
    throw new CardscopeError("NOT_COMPUTABLE", `there is no trained model: ${learnt.because}`);
  const { model } = learnt;
  switch (name) {
    case "model.json":
      return modelText(model);
    case "score.sql":
      return scoreSql(model, { from: "customer_profile", key: "user_id" });
    case "card.md":
      return renderCardMarkdown(modelCard(model));
    case "card.html":
      return renderCardHtml(modelCard(model));
    case "card.xlsx":
      return renderCardWorkbook(modelCard(model));
  }
}
