import { describe, expect, test } from "vitest";
import { modelCard } from "../../src/outputs/model-card.ts";
import { modelText } from "../../src/outputs/model-folder.ts";
import { renderCardHtml } from "../../src/outputs/model-html.ts";
import { renderCardMarkdown } from "../../src/outputs/model-markdown.ts";
import { renderCardWorkbook } from "../../src/outputs/model-workbook.ts";
import type { Labelled } from "../../src/risk/borrowers.ts";
import type { Model } from "../../src/risk/model.ts";
import { Random } from "../../src/risk/random.ts";
import { train } from "../../src/risk/train.ts";

/** Customers of whom the share that defaults rises with how much of a limit they use. */
function customers(rows: number, level: number): Labelled {
  const random = new Random(5, 0);
  const used = Float64Array.from({ length: rows }, () => random.uniform());
  const purposes = Int32Array.from({ length: rows }, () => Math.floor(random.uniform() * 3));
  return {
    rows,
    keys: Array.from({ length: rows }, (_, i) => String(i + 1)),
    inputs: [
      {
        name: "utilisation",
        kind: "number",
        values: used.map((value, i) => (i % 17 === 0 ? Number.NaN : i % 23 === 0 ? 99_999 : value)),
        codes: [99_999],
      },
      { name: "purpose", kind: "category", levels: ["<b>car</b>", "house|boat", "other"], values: purposes },
      { name: "noise", kind: "number", values: Float64Array.from(used, () => random.uniform()), codes: [] },
    ],
    groupings: [
      { dimension: "gender", groups: ["a", "b"], values: Int32Array.from({ length: rows }, (_, i) => i % 2) },
    ],
    outcome: Uint8Array.from(used, (value) => (random.uniform() < level * value ** 2 ? 1 : 0)),
  };
}

const trained = (rows: number, level: number): Promise<Model> =>
  train(customers(rows, level), {
    seed: 1,
    source: "table",
    leftOut: [],
    labels: new Map([["utilisation", { label: "Utilisation", isActionable: true }]]),
    outcome: {
      column: "defaulted",
      event: ["1"],
      other: ["0"],
      definition: null,
      observed_on: null,
      window: null,
      kind: "association, not forecast",
      unknown: 0,
    },
  });

describe.each([
  ["ranking", 500, 0.3],
  ["scorecard", 1_200, 0.5],
  ["scorecard", 2_500, 0.6],
] as const)("the card of a %s learnt from %i customers", (champion, rows, level) => {
  test("says what the model says, in every format", async () => {
    const model = await trained(rows, level);
    expect(model.champion).toBe(champion);
    const card = modelCard(model);
    const markdown = renderCardMarkdown(card);
    const html = renderCardHtml(card);
    for (const text of [markdown, html, JSON.stringify(card)])
      expect(text).not.toMatch(/NaN|undefined|Infinity/);
    const [best] = model.performance;
    expect(markdown).toContain(`| ${champion} | AUC | ${best?.auc.value.toFixed(3)} | `);
    for (const { input, bins } of model.scorecard.characteristics) {
      const label = input === "utilisation" ? "Utilisation" : input;
      const lines = markdown.split(`### ${label}\n`)[1]?.trim().split("\n") ?? [];
      // Each line ends with the points of its bin.
      expect(
        lines.slice(2, 2 + bins.length).map((line) => Number(line.split(" | ").at(-1)?.replace(" |", ""))),
      ).toEqual(bins.map(({ points }) => points));
    }
    expect(html).not.toMatch(/<b>car/);
    expect((await renderCardWorkbook(card)).length).toBeGreaterThan(5_000);
    expect(JSON.parse(modelText(model))).toEqual(JSON.parse(JSON.stringify(model)));
  });
});
