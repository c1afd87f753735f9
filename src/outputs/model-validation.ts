import type { Model } from "../risk/model.ts";
import type { Validation } from "../risk/validate.ts";
import { type Block, type Card, cellText, fileText } from "./model-content.ts";
import {
  calibrationTable,
  estimateText,
  gainsTable,
  measuresRead,
  modelName,
  performanceTable,
} from "./model-performance.ts";
import { labelsOf } from "./model-points.ts";
import { fairnessBlocks, selectedWords, stabilityBlocks } from "./model-screens.ts";

/** A validation in words and tables, beside what the model card said. */
export function validationCard(model: Model, found: Validation): Card {
  const { performance, stability, customers, defaults, fairness, caveats } = found;
  const expected = model.performance[0];
  const rate = (n: number, of: number) => cellText("share", of === 0 ? null : n / of);
  return {
    title: `Validation: ${fileText(model.outcome.column)}`,
    lead:
      performance === null
        ? `${cellText("count", customers)} customers ${defaults === null ? "without known outcomes" : "whose outcomes cannot tell an order"}: only the shift of the population can be looked at.`
        : `AUC ${estimateText(performance.auc)} on ${cellText("count", customers)} customers${expected === undefined ? "" : `; the model card says ${estimateText(expected.auc)}`}.`,
    sections: [
      {
        id: "what-was-looked-at",
        heading: "What was looked at",
        blocks: [
          {
            type: "facts",
            rows: [
              ["Model", modelName(model.champion)],
              [
                "Learnt from",
                `${cellText("count", model.customers)} customers, ${cellText("count", model.defaults)} defaults (${rate(model.defaults, model.customers)})`,
              ],
              [
                "Looked at",
                `${cellText("count", customers)} customers, ${defaults === null ? "outcomes not known" : `${cellText("count", defaults)} defaults (${rate(defaults, customers)})`}`,
              ],
              ["Outcome in training", model.outcome.kind],
            ],
          },
          ...caveats.map((text): Block => ({ type: "warning", text: fileText(text) })),
        ],
      },
      ...(performance === null
        ? []
        : [
            {
              id: "performance",
              heading: "Performance",
              blocks: [
                { type: "list", items: measuresRead } as const,
                performanceTable([performance], "Performance", "On these customers"),
                ...(expected === undefined
                  ? []
                  : [
                      performanceTable(
                        [expected],
                        "In training",
                        `On the model card: cross-validation, ${model.folds} folds`,
                      ),
                    ]),
                ...calibrationTable([performance]),
                ...gainsTable([performance]),
              ],
            },
          ]),
      {
        id: "stability",
        heading: "Stability",
        blocks: stabilityBlocks(stability, labelsOf(model)),
      },
      {
        id: "fairness",
        heading: "Fairness",
        blocks: fairnessBlocks(fairness, selectedWords({ champion: model.champion, cut_off: found.cut_off })),
      },
    ],
  };
}
