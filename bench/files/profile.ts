/**
 * Where the time of a whole run goes, step by step, on 1,000,000 customers: `npm run bench:profile`, or `-- 100k
 * parquet` for another size or format. In one process, from the files to the last row of JSON.
 */
import { createWriteStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { devNull, loadavg } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { analyses } from "../../src/analyses/index.ts";
import { jsonChunks } from "../../src/outputs/json.ts";
import { openPortfolio } from "../../src/portfolio/portfolio.ts";
import { type Format, root, type Size, sampleOf, sizes } from "./files.ts";
import { machine } from "./results.ts";

const [size = "1m", format = "csv"] = process.argv.slice(2) as [Size?, Format?];
const { users, cards } = await sampleOf(size, format);

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

/** Analyses as one step, but for those that learn. */
function stepOf(told: string): string {
  const topic = topics.get(told.split(" ")[0] ?? "");
  if (topic === undefined) return told;
  return topic === "predict" ? told.replace(/ \(.*/, "") : "analyses that do not learn";
}

const load_before = loadavg()[0] ?? 0;
begin("opening files");
const portfolio = await openPortfolio([users, cards], {
  nearestPlaces: false,
  onProgress: (told) => begin(stepOf(told)),
});
const findings = await portfolio.findings();
begin("writing every row as JSON");
await pipeline(Readable.from(jsonChunks(findings)), createWriteStream(devNull));
begin("closing");
await portfolio.close();
begin("end");

const merged = [...new Set(steps.map(({ name }) => name))].map((name) => {
  const same = steps.filter((step) => step.name === name);
  return {
    name,
    wall_s: same.reduce((sum, step) => sum + step.wall_s, 0),
    cpu_s: same.reduce((sum, step) => sum + step.cpu_s, 0),
  };
});
const total = merged.reduce((sum, { wall_s }) => sum + wall_s, 0);
const shown = merged.filter(({ wall_s }) => wall_s >= 0.005 * total);
const { cores, model, node } = machine();
const text = [
  `${sizes[size].toLocaleString("en-US")} customers, ${format}, ${cores} cores (${model}), Node ${node}; load average ${load_before.toFixed(1)} before. Steps of less than 0.5 % are left out.`,
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
const block = /(<!-- bench:profile -->)[\s\S]*(<!-- \/bench:profile -->)/;
await writeFile(
  page,
  (await readFile(page, "utf8")).replace(block, (_, begins, ends) => `${begins}\n${text}\n${ends}`),
);
