import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

export interface Quantiles {
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
}
export interface Measured extends Quantiles {
  readonly name: string;
  readonly unit: "ms" | "KiB";
  /** That the 95th percentile should not exceed. */
  readonly goal?: number;
}
export interface Results {
  readonly customers: number;
  readonly cards: number;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly opened_s: number;
  readonly bins_loaded_s: number;
  readonly measured: readonly Measured[];
}

export function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1));
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), most: at(1) };
}

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const BEGIN = "<!-- bench:dashboard -->";
const END = "<!-- /bench:dashboard -->";

/** Into bench/results/dashboard.json, and as a table into docs/performance.md. */
export async function writeResults(results: Results): Promise<void> {
  await mkdir(at("bench/results"), { recursive: true });
  await writeFile(at("bench/results/dashboard.json"), `${JSON.stringify(results, null, 2)}\n`);
  const page = await readFile(at("docs/performance.md"), "utf8");
  const text = `${BEGIN}\n${tableOf(results)}\n${END}`;
  await writeFile(
    at("docs/performance.md"),
    page.replace(new RegExp(`${BEGIN}[\\s\\S]*${END}`), () => text),
  );
  console.log(tableOf(results));
}

function tableOf({ customers, cards, machine, opened_s, bins_loaded_s, measured }: Results): string {
  const { cores, model, memory_gib, node, load_before, load_after } = machine;
  const whole = (n: number) => n.toLocaleString("en-US");
  return [
    `${whole(customers)} customers, ${whole(cards)} cards. ${cores} cores (${model}), ${memory_gib} GiB, Node ${node}; load average ${Number(load_before).toFixed(1)} before and ${Number(load_after).toFixed(1)} after. Files open in ${opened_s.toFixed(1)} s, bins in ${bins_loaded_s.toFixed(1)} s.`,
    "",
    "| what | goal (p95) | p50 | p95 | most | n |",
    "| --- | --- | --- | --- | --- | --- |",
    ...measured.map(
      ({ name, unit, goal, n, p50, p95, most }) =>
        `| ${name} | ${goal === undefined ? "" : `${goal} ${unit}`} | ${p50} ${unit} | ${p95} ${unit} | ${most} ${unit} | ${n} |`,
    ),
  ].join("\n");
}
