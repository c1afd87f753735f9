import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { treeDefaults } from "../../src/risk/trees.ts";
import type { Ours } from "./ours.ts";
import { at, measuredSchema } from "./results.ts";
import type { LearningSet } from "./sets.ts";

const run = promisify(execFile);
const script = fileURLToPath(new URL("reference.py", import.meta.url));
const kept = at("bench/results/models-reference.json");

/** xgboost without its libraries for graphics cards, which are a hundred times its size. */
const PACKAGES = ["scikit-learn==1.9.1", "xgboost-cpu==3.2.0"];

const models = z.object({ scorecard: measuredSchema, trees: measuredSchema });
const answer = z.object({
  versions: z.record(z.string(), z.string()),
  sets: z.record(z.string(), models),
});
const keptSchema = z.object({
  run_on: z.string(),
  versions: answer.shape.versions,
  /** `of`: a hash of the rows, folds, settings and constraints. */
  sets: z.record(z.string(), models.extend({ of: z.string() })),
});

export type Reference = z.infer<typeof keptSchema> & {
  /** Why these figures are those of an earlier day; undefined where they are of this run. */
  readonly notRerun: string | undefined;
  /** Sets whose rows, folds, settings or constraints are others today than those the figures are of. */
  readonly changed: readonly string[];
};

export interface ReferenceOptions {
  readonly skip: boolean;
  /** An interpreter that has the packages; else one is made for the run and thrown away. */
  readonly python: string | undefined;
}

/** Python's figures for the same sets: of this run where Python is there, else those that were kept. */
export async function referenceFor(
  measured: readonly (readonly [LearningSet, Ours])[],
  { skip, python }: ReferenceOptions,
): Promise<Reference> {
  const jobs = measured.map(jobOf);
  const keptFor = async (notRerun: string): Promise<Reference> => {
    const found = await readKept();
    const changed = jobs.filter(({ name, of }) => found.sets[name] && found.sets[name].of !== of);
    return { ...found, notRerun, changed: changed.map(({ name }) => name) };
  };
  if (skip) return keptFor("as asked");
  const folder = await mkdtemp(join(tmpdir(), "cardscope-reference-"));
  try {
    const interpreter = python ?? (await install(folder));
    const asked = jobs.map(({ text, ...job }, i) => ({ ...job, text, file: join(folder, `set-${i}.csv`) }));
    for (const { file, text } of asked) await writeFile(file, text);
    const file = join(folder, "jobs.json");
    await writeFile(file, JSON.stringify(asked.map(({ text: _, ...job }) => job)));
    const { stdout } = await run(interpreter, [script, file], { maxBuffer: 2 ** 24 });
    const { versions, sets } = answer.parse(JSON.parse(stdout));
    const before = await readKept().catch(() => undefined);
    // a set that is absent today keeps its figures where the versions are the same
    const isSame = JSON.stringify(before?.versions) === JSON.stringify(versions);
    const now = jobs.flatMap(({ name, of }) => (sets[name] ? [[name, { ...sets[name], of }] as const] : []));
    const found = {
      run_on: new Date().toISOString().slice(0, 10),
      versions,
      sets: { ...(isSame && before?.sets), ...Object.fromEntries(now) },
    };
    await writeFile(kept, `${JSON.stringify(found, null, 2)}\n`);
    return { ...found, notRerun: undefined, changed: [] };
  } catch (error) {
    const [why = "unknown"] = String(error instanceof Error ? error.message : error).split("\n");
    return keptFor(why);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const readKept = async () => keptSchema.parse(JSON.parse(await readFile(kept, "utf8")));

async function install(folder: string): Promise<string> {
  const venv = join(folder, "venv");
  await run("python3", ["-m", "venv", venv]);
  const python = join(venv, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES]);
  return python;
}

/** The inputs as the project read them, with the fold that each row is in. */
function jobOf([{ name, labelled, folds }, { monotone }]: readonly [LearningSet, Ours]) {
  const { inputs, outcome, rows } = labelled;
  const columns = inputs.map((column) => {
    if (column.kind === "number") return column;
    throw new Error(`${name}: "${column.name}" is no number, and the reference reads numbers alone`);
  });
  const lines = [["fold", "outcome", ...columns.map((column) => JSON.stringify(column.name))].join(",")];
  for (let row = 0; row < rows; row += 1) {
    const cells = columns.map(({ values }) => (Number.isNaN(values[row]) ? "" : values[row]));
    lines.push([folds[row], outcome[row], ...cells].join(","));
  }
  const text = `${lines.join("\n")}\n`;
  const settings = treeDefaults;
  const of = createHash("sha256")
    .update(text)
    .update(JSON.stringify([settings, monotone]))
    .digest("hex");
  return { name, monotone, settings, text, of: of.slice(0, 16) };
}
