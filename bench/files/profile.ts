/**
 * Where the time of a whole run goes, step by step, in one process, from the files to the last row of JSON: of
 * 1,000,000 customers with `npm run bench:profile`, of others with
 *
 * -- SIZE FORMAT       such as 10m parquet
 *    --memory 4GB      within a bound
 *    --no-learning     without the analyses that learn
 *
 * Goes into docs/performance.md where that has a place for it: `bench:profile` and the arguments.
 */
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { devNull, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { analyses } from "../../src/analyses/index.ts";
import { memoryOf } from "../../src/engines/memory.ts";
import { jsonChunks } from "../../src/outputs/json.ts";
import { openPortfolio } from "../../src/portfolio/portfolio.ts";
import { type Format, root, type Size, sampleOf, sizes } from "./files.ts";
import { machine } from "./results.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { memory: { type: "string" }, "no-learning": { type: "boolean", default: false } },
});
const [size = "1m", format = "csv"] = positionals as [Size?, Format?];
const { users, cards } = await sampleOf(size, format);

/** A step that takes less of the time is no row of its own. */
const LEAST_SHARE = 0.005;

interface Step {
  readonly name: string;
  wall_s: number;
  cpu_s: number;
}
const steps: Step[] = [];
let [wall, cpu] = [performance.now(), process.cpuUsage()];

/** Ends the step before, and begins one; steps of one name are summed. */
function begin(name: string): void {
  const used = process.cpuUsage(cpu);
  const last = steps.at(-1);
  if (last !== undefined) {
    last.wall_s += (performance.now() - wall) / 1e3;
    last.cpu_s += (used.user + used.system) / 1e6;
  }
  [wall, cpu] = [performance.now(), process.cpuUsage()];
  if (last?.name !== name) steps.push({ name, wall_s: 0, cpu_s: 0 });
}

const topics = new Map<string, string>(Object.values(analyses).map(({ id, topic }) => [id, topic]));

/** Of an analysis its id: told is also which of how many it is. */
const stepOf = (told: string): string => {
  const [id = ""] = told.split(" ");
  return topics.has(id) ? id : told;
};

const load_before = loadavg()[0] ?? 0;
const jsonFolder = await mkdtemp(join(tmpdir(), "cardscope-profile-"));
try {
  begin("opening files");
  const portfolio = await openPortfolio([users, cards], {
    nearestPlaces: false,
    ...(values.memory !== undefined && { memory: memoryOf(values.memory) }),
    onProgress: (told) => begin(stepOf(told)),
  });
  const ids = [...topics].flatMap(([id, topic]) =>
    values["no-learning"] && topic === "predict" ? [] : [id],
  );
  const findings = await portfolio.findings(ids, { jsonFolder });
  begin("writing every row as JSON");
  await pipeline(Readable.from(jsonChunks(findings)), createWriteStream(devNull));
  begin("closing");
  await portfolio.close();
  begin("end");
} finally {
  await rm(jsonFolder, { recursive: true });
}

const merged = [...new Set(steps.map(({ name }) => name))].map((name) => {
  const same = steps.filter((step) => step.name === name);
  return {
    name,
    wall_s: same.reduce((sum, step) => sum + step.wall_s, 0),
    cpu_s: same.reduce((sum, step) => sum + step.cpu_s, 0),
  };
});
const total = merged.reduce((sum, { wall_s }) => sum + wall_s, 0);
const isShown = ({ wall_s }: Step) => wall_s >= LEAST_SHARE * total;
const small = merged.filter((step) => !isShown(step) && topics.has(step.name));
const shown = [
  ...merged.filter(isShown),
  {
    name: `${small.length} other analyses`,
    wall_s: small.reduce((sum, { wall_s }) => sum + wall_s, 0),
    cpu_s: small.reduce((sum, { cpu_s }) => sum + cpu_s, 0),
  },
];
const { cores, model, node } = machine();
const text = [
  `${sizes[size].toLocaleString("en-US")} customers, ${format}${values.memory === undefined ? "" : `, within ${values.memory}`}, ${cores} cores (${model}), Node ${node}; load average ${load_before.toFixed(1)} before. Steps of less than ${100 * LEAST_SHARE} % are left out, analyses of less are summed.`,
  "",
  "| step | wall | CPU | part of the time |",
  "| --- | --- | --- | --- |",
  ...shown.map(
    ({ name, wall_s, cpu_s }) =>
      `| ${name} | ${wall_s.toFixed(1)} s | ${cpu_s.toFixed(1)} s | ${((wall_s / total) * 100).toFixed(0)} % |`,
  ),
  `| all | ${total.toFixed(1)} s | ${merged.reduce((sum, { cpu_s }) => sum + cpu_s, 0).toFixed(1)} s | |`,
].join("\n");
console.log(text);

const page = join(root, "docs/performance.md");
const name = ["bench:profile", ...process.argv.slice(2)].join(" ");
const before = await readFile(page, "utf8");
const from = before.indexOf(`<!-- ${name} -->`);
const to = before.indexOf(`<!-- /${name} -->`);
if (from >= 0 && to > from)
  await writeFile(page, `${before.slice(0, from)}<!-- ${name} -->\n${text}\n${before.slice(to)}`);
