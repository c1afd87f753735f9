import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

interface Quantiles {
  readonly n: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}
export interface Measured extends Quantiles {
  readonly name: string;
  readonly unit: "ms" | "/s" | "";
  /** That the median should not exceed, or should reach where it is a floor. */
  readonly goal?: number;
  readonly isFloor?: boolean;
  /** That the 99th percentile should not exceed. */
  readonly goalAt99?: number;
}
export interface Results {
  readonly customers: number;
  readonly seconds: number;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly measured: readonly Measured[];
}

export function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { n: sorted.length, p50: at(0.5), p99: at(0.99), most: at(1) };
}

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const BEGIN = "<!-- bench:live -->";
const END = "<!-- /bench:live -->";

/** Into bench/results/live.json, beside those of workspaces of other sizes, and all as tables into docs/performance.md. */
export async function writeResults(results: Results): Promise<void> {
  await mkdir(at("bench/results"), { recursive: true });
  const path = at("bench/results/live.json");
  const known = JSON.parse(await readFile(path, "utf8").catch(() => "[]")) as readonly Results[];
  const all = [...known.filter(({ customers }) => customers !== results.customers), results].sort(
    (a, b) => a.customers - b.customers,
  );
  await writeFile(path, `${JSON.stringify(all, null, 2)}\n`);
  const page = await readFile(at("docs/performance.md"), "utf8");
  const text = `${BEGIN}\n${all.map(tableOf).join("\n\n")}\n${END}`;
  await writeFile(
    at("docs/performance.md"),
    page.replace(new RegExp(`${BEGIN}[\\s\\S]*${END}`), () => text),
  );
  console.log(tableOf(results));
}

function tableOf({ customers, seconds, machine, measured }: Results): string {
  const { cores, model, memory_gib, node, load_before } = machine;
  const whole = (n: number) => n.toLocaleString("en-US");
  return [
    `A workspace of ${whole(customers)} customers and their cards, events for ${seconds} s. ${cores} cores (${model}), ${memory_gib} GiB, Node ${node}; load average ${Number(load_before).toFixed(1)} before.`,
    "",
    "| what | goal | p50 | p99 | most | n |",
    "| --- | --- | --- | --- | --- | --- |",
    ...measured.map(({ name, unit, goal, isFloor, goalAt99, n, p50, p99, most }) => {
      const stated = goal === undefined ? "" : `${isFloor ? "at least" : "at most"} ${whole(goal)} ${unit}`;
      const late = goalAt99 === undefined ? "" : `, p99 at most ${whole(goalAt99)} ${unit}`;
      return `| ${name} | ${stated}${late} | ${whole(p50)} ${unit} | ${whole(p99)} ${unit} | ${whole(most)} ${unit} | ${n} |`;
    }),
  ].join("\n");
}
