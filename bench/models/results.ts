import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Ours } from "./ours.ts";
import type { Reference } from "./reference.ts";

/** Out of fold, over all rows; seconds are those of the training in all folds together. */
export const measuredSchema = z.object({
  auc: z.number(),
  ks: z.number(),
  brier: z.number(),
  seconds: z.number(),
});
export type Measured = z.infer<typeof measuredSchema>;

export interface Result extends Omit<Ours, "monotone"> {
  readonly name: string;
  readonly customers: number;
  readonly defaults: number;
  readonly inputs: number;
}
export interface Results {
  readonly run_on: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly sets: readonly Result[];
}

export const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const BEGIN = "<!-- bench:models -->";
const END = "<!-- /bench:models -->";

/** Into bench/results/models.json, and as tables into docs/performance.md. */
export async function writeResults(results: Results, reference: Reference): Promise<void> {
  await mkdir(at("bench/results"), { recursive: true });
  await writeFile(at("bench/results/models.json"), `${JSON.stringify(results, null, 2)}\n`);
  const text = textOf(results, reference);
  const page = await readFile(at("docs/performance.md"), "utf8");
  const block = new RegExp(`${BEGIN}[\\s\\S]*${END}`);
  await writeFile(
    at("docs/performance.md"),
    page.replace(block, () => `${BEGIN}\n${text}\n${END}`),
  );
  console.log(text);
}

function textOf({ run_on, machine, sets }: Results, reference: Reference): string {
  const { cores, model, node, load_before, load_after } = machine;
  const versions = Object.entries(reference.versions).map(([name, version]) => `${name} ${version}`);
  const when =
    reference.notRerun === undefined ? "in the same run" : `not rerun, figures of ${reference.run_on}`;
  return [
    `${run_on}, ${cores} cores (${model}), Node ${node}; load average ${Number(load_before).toFixed(1)} before and ${Number(load_after).toFixed(1)} after. Reference: ${versions.join(", ")}; ${when}.`,
    ...sets.flatMap((set) => ["", ...tableOf(set, reference)]),
  ].join("\n");
}

function tableOf(set: Result, { sets, notRerun, changed }: Reference): string[] {
  const { name, customers, defaults, inputs } = set;
  const whole = (n: number) => n.toLocaleString("en-US");
  const other = sets[name];
  const mark =
    notRerun === undefined
      ? ""
      : changed.includes(name)
        ? " (not rerun, and of other rows, folds or settings)"
        : " (not rerun)";
  return [
    `${name}: ${whole(customers)} borrowers, ${whole(defaults)} defaults, ${inputs} inputs.`,
    "",
    "| model | AUC | KS | Brier | training, five folds |",
    "| --- | --- | --- | --- | --- |",
    rowOf("scorecard, ours", set.scorecard),
    ...(other ? [rowOf(`scorecard, scikit-learn${mark}`, other.scorecard)] : []),
    ...(other ? [lessOf("scorecard, ours less reference", set.scorecard, other.scorecard)] : []),
    rowOf("trees, ours", set.trees),
    ...(other ? [rowOf(`trees, xgboost${mark}`, other.trees)] : []),
    ...(other ? [lessOf("trees, ours less reference", set.trees, other.trees)] : []),
  ];
}

const rowOf = (name: string, { auc, ks, brier, seconds }: Measured): string =>
  `| ${name} | ${auc.toFixed(4)} | ${ks.toFixed(3)} | ${brier.toFixed(4)} | ${seconds.toFixed(2)} s |`;

const lessOf = (name: string, ours: Measured, other: Measured): string => {
  const less = (key: "auc" | "ks" | "brier", digits: number) => {
    const value = (ours[key] - other[key]).toFixed(digits);
    return value.startsWith("-") ? value : `+${value}`;
  };
  const times = (ours.seconds / other.seconds).toFixed(1);
  return `| ${name} | ${less("auc", 4)} | ${less("ks", 3)} | ${less("brier", 4)} | ${times} times |`;
};
