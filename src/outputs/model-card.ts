import type { Model } from "../risk/model.ts";
import { type Block, type Card, type CardTable, cellText, fileText, type Section } from "./model-content.ts";
import { inputsTable, leftOutBlocks } from "./model-inputs.ts";
import {
  calibrationTable,
  cutOffTable,
  estimateText,
  gainsTable,
  measuresRead,
  modelName,
  performanceTable,
} from "./model-performance.ts";
import { scorecardBlocks, treesBlocks } from "./model-points.ts";
import { fairnessBlocks, selectedWords } from "./model-screens.ts";

/** What a reader has to know of a model before using it, and all of its figures. */
export function modelCard(model: Model): Card {
  const section = (id: string, heading: string, blocks: readonly Block[]): Section => ({
    id,
    heading,
    blocks,
  });
  return {
    title: `Model card: ${fileText(model.outcome.column)}`,
    lead: leadOf(model),
    sections: [
      section("what-it-is", "What it is", whatItIs(model)),
      section("before-using-it", "Before using it", beforeUsing(model)),
      section("outcome", "Outcome", outcomeBlocks(model)),
      section("performance", "Performance", performanceBlocks(model)),
      section("scorecard", "Scorecard", [...scorecardRole(model), ...scorecardBlocks(model)]),
      ...(model.trees === null ? [] : [section("trees", "Boosted trees", treesBlocks(model, model.trees))]),
      section("cut-offs", "Cut-offs", cutOffBlocks(model)),
      section("fairness", "Fairness", fairnessBlocks(model.fairness, selectedWords(model))),
      section("inputs", "Inputs", [...aboutInputs, inputsTable(model), ...leftOutBlocks(model)]),
      section("stability", "Stability", stabilityBlocks(model)),
      section("scoring", "Scoring", scoringBlocks(model)),
    ],
  };
}

function leadOf(model: Model): string {
  const { champion, customers, defaults, performance } = model;
  const [best] = performance;
  const what =
    champion === "ranking"
      ? "A ranking, which gives no probability, "
      : champion === "scorecard"
        ? "A scorecard "
        : "Boosted trees ";
  const auc = best === undefined ? "" : ` AUC ${estimateText(best.auc)} in cross-validation.`;
  return `${what}learnt from ${cellText("count", customers)} customers, of whom ${cellText("count", defaults)} (${cellText("share", defaults / customers)}) defaulted: ${model.outcome.kind}.${auc}`;
}

const whatItIs = (model: Model): readonly Block[] => [
  {
    type: "facts",
    rows: [
      ["Champion", `${capital(modelName(model.champion))}. ${sentence(model.champion_because)}`],
      [
        "Learnt from",
        model.source === "portfolio"
          ? "a customers and a cards file; a row per customer"
          : "one table with a row per borrower",
      ],
      ["Customers", cellText("count", model.customers)],
      [
        "Defaults",
        `${cellText("count", model.defaults)} (${cellText("share", model.defaults / model.customers)})`,
      ],
      ["Inputs", cellText("count", model.inputs.length)],
      [
        "Validation",
        `${model.folds} stratified folds; bins, weights and trees are learnt anew in each, and every figure is of customers that were left out`,
      ],
      ["Seed", String(model.seed)],
    ],
  },
];

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
const sentence = (text: string): string => `${capital(fileText(text)).replace(/\.$/, "")}.`;

const scorecardRole = ({ champion }: Model): readonly Block[] =>
  champion !== "trees"
    ? []
    : [
        {
          type: "text",
          text: "The boosted trees score, not this card. It is here to be read beside them, and its points are the scale of theirs.",
        },
      ];

const beforeUsing = (model: Model): readonly Block[] => [
  model.outcome.kind === "association, not forecast"
    ? {
        type: "warning",
        text: "Association, not forecast: a customer who has defaulted looks like one who has defaulted. For a forecast, take the inputs of a day before the window in which the outcome is counted, and state both.",
      }
    : {
        type: "text",
        text: "The observation date and the window were stated by whoever trained the model; the data cannot prove them.",
      },
  {
    type: "warning",
    text: "Are charged-off and closed accounts in the file? Where they have been removed, the worst outcomes are missing, and every rate and probability here is too low. Ask whoever made the file.",
  },
  {
    type: "text",
    text: "A model does not travel: what was learnt from one lender, product or time ranks worse elsewhere, and its probabilities can be off several times over. Validate it on your own outcomes before use, and again when the population moves.",
  },
  {
    type: "text",
    text: "Reasons say which inputs cost a customer points in this model. They do not say what causes a default. Whether they will do for a notice of adverse action is for your counsel to decide.",
  },
  ...model.caveats.map((text): Block => ({ type: "warning", text: sentence(text) })),
];

const aboutInputs: readonly Block[] = [
  {
    type: "text",
    text: "Codes are values that are no amounts; they have a bin of their own. Actionable is what a customer can bring down: only such inputs stand in what would change a customer's band.",
  },
];

const stated = (text: string | null): string => (text === null ? "not stated" : fileText(text));

const outcomeBlocks = ({ outcome }: Model): readonly Block[] => [
  {
    type: "facts",
    rows: [
      ["Column", fileText(outcome.column)],
      ["Means default", outcome.event.map(fileText).join(", ")],
      ["Means no default", outcome.other.map(fileText).join(", ")],
      ["Definition", stated(outcome.definition)],
      ["Observation date", stated(outcome.observed_on)],
      ["Window", stated(outcome.window)],
      ["Kind", outcome.kind],
      [
        "Rows without an outcome",
        `${cellText("count", outcome.unknown)}${outcome.unknown > 0 ? ", left out" : ""}`,
      ],
    ],
  },
];

function performanceBlocks(model: Model): readonly Block[] {
  const { performance, auc_difference: difference, out_of_time: later } = model;
  return [
    { type: "list", items: measuresRead },
    performanceTable(performance, "Performance", `Cross-validation, ${model.folds} folds`),
    ...(difference === null
      ? []
      : [
          {
            type: "text",
            text: `AUC of the boosted trees less that of the scorecard, on the same customers: ${estimateText(difference)}.`,
          } as const,
        ]),
    later === null
      ? {
          type: "text",
          text: "Nothing was held out by time: the rows have no dates that differ, or too few defaults before or after one. Cross-validation does not tell how the model ages.",
        }
      : performanceTable(
          later.performance,
          "Out of time",
          `Learnt from what was observed before ${later.from}, looked at from then on`,
        ),
    ...calibrationTable(performance),
    ...gainsTable(performance),
  ];
}

const cutOffBlocks = (model: Model): readonly Block[] => [
  {
    type: "text",
    text: "A cut-off is a decision about cost: what a default costs, what a good customer brings. The table says what each would have done to the customers of the training file; it chooses none.",
  },
  ...(model.cut_offs.length === 0 ? [] : [cutOffTable(model.cut_offs)]),
];

function scoreRows({ score_bins: bins }: Model): CardTable["rows"] {
  const all = bins.reduce((sum, { customers }) => sum + customers, 0);
  return bins.map(({ below, customers }, place) => {
    const from = bins[place - 1]?.below ?? null;
    const shown = (n: number) => cellText("number", n);
    const label =
      from === null
        ? below === null
          ? "all"
          : `below ${shown(below)}`
        : below === null
          ? `${shown(from)} and more`
          : `${shown(from)} to below ${shown(below)}`;
    return [label, customers, all === 0 ? null : customers / all];
  });
}

const stabilityBlocks = (model: Model): readonly Block[] => [
  {
    type: "text",
    text: `The customers of a later file can differ from the ${cellText("count", model.customers)} of this one. cardscope validate MODEL FILES compares them: the population stability index of the score and the characteristic stability index of each input, against the bins on this card; and, where the file has outcomes, performance and calibration anew.`,
  },
  { type: "code", text: "cardscope validate MODEL FILES --out validation" },
  {
    type: "table",
    sheet: "Scores",
    caption: "Scores of the training customers, in bins of about as many",
    columns: [
      { label: "Score", kind: "text" },
      { label: "Customers", kind: "count" },
      { label: "Share", kind: "share", bar: true },
    ],
    rows: scoreRows(model),
  },
];

const scoringBlocks = (model: Model): readonly Block[] => [
  {
    type: "text",
    text: "model.json holds the whole model. score.sql, beside it, scores a table with the columns above in any SQL engine: put your table's name after from. It gives the same log odds as the program, to nine decimals.",
  },
  { type: "code", text: "cardscope score MODEL FILES --out scores.csv" },
  {
    type: "text",
    text: `A missing value, a code or a level that the training data did not have never stops a score: the first two have bins of their own, an unseen level counts neither for nor against. ${model.champion === "ranking" ? "There is no probability, only score and rank." : ""}`.trim(),
  },
];
