/**
 * How well the models predict and how long they train, beside Python's scikit-learn and xgboost: `npm run
 * bench:models`. Both sides have the same rows, inputs and folds; the trees also the same settings and constraints.
 *
 * Python's packages are installed for the run and thrown away; `-- --python PATH` takes an interpreter that has them,
 * `-- --no-reference` shows the figures kept in bench/results/models-reference.json.
 */
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measureOurs, type Ours } from "./ours.ts";
import { referenceFor } from "./reference.ts";
import { type Result, writeResults } from "./results.ts";
import { type LearningSet, readSample, readTaiwan } from "./sets.ts";

const CUSTOMERS = 20_000;
const { values } = parseArgs({
  options: { python: { type: "string" }, reference: { type: "boolean", default: true } },
  allowNegative: true,
});

const load = loadavg()[0] ?? 0;
const taiwan = await readTaiwan();
if (taiwan === undefined) console.log("taiwan-default is absent (shared/data beside the checkout): left out");
const sets = [...(taiwan ? [taiwan] : []), await readSample(CUSTOMERS)];
const measured: (readonly [LearningSet, Ours])[] = [];
for (const set of sets) measured.push([set, await measureOurs(set)]);
const reference = await referenceFor(measured, { skip: !values.reference, python: values.python });
if (reference.notRerun !== undefined)
  console.log(`the reference was not rerun (${reference.notRerun}): its figures are of ${reference.run_on}`);
await writeResults(
  {
    run_on: new Date().toISOString().slice(0, 10),
    machine: {
      cores: cpus().length,
      model: cpus()[0]?.model ?? "unknown",
      node: process.version,
      load_before: load,
      load_after: loadavg()[0] ?? 0,
    },
    sets: measured.map(
      ([{ name, labelled }, { scorecard, trees }]): Result => ({
        name,
        customers: labelled.rows,
        defaults: labelled.outcome.reduce((sum, y) => sum + y, 0),
        inputs: labelled.inputs.length,
        scorecard,
        trees,
      }),
    ),
  },
  reference,
);
