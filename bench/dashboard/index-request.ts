/**
 * How long the crossfilter takes to load, to count, and to answer the request with which a brush begins.
 *
 * npx tsx bench/dashboard/index-request.ts USERS CARDS [LOOKS]
 */
import { cpus, loadavg } from "node:os";
import { performance } from "node:perf_hooks";
import type { RangeCounts } from "../../src/explore/crossfilter/counts.ts";
import { Crossfilter } from "../../src/explore/crossfilter/crossfilter.ts";
import { encodeCube } from "../../src/explore/crossfilter/cube.ts";
import type { Move } from "../../src/explore/crossfilter/tally.ts";
import { Explorer } from "../../src/explore/explorer.ts";
import { type Filters, type LookGrain, wholePortfolio } from "../../src/explore/look.ts";
import { drawFilters, drawMove, random } from "./draws.ts";

const [users = "", cards = "", looks = "100"] = process.argv.slice(2);

/** By the clock, and by the processor alone: a machine that others work on makes the first longer. */
interface Time {
  readonly clock: number;
  readonly processor: number;
}
const timed = async <T>(work: () => T | Promise<T>): Promise<readonly [T, Time]> => {
  const [began, used] = [performance.now(), process.cpuUsage()];
  const made = await work();
  const { user, system } = process.cpuUsage(used);
  return [made, { clock: performance.now() - began, processor: (user + system) / 1000 }];
};
const quantile = (times: readonly number[], share: number): string => {
  const sorted = [...times].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1).padStart(7);
};
const row = (times: readonly number[]) => [0.5, 0.95, 1].map((share) => quantile(times, share)).join(" ");
const line = (name: string, times: readonly Time[]): void =>
  console.log(
    `${name.padEnd(32)} ${String(times.length).padStart(5)}  clock ${row(times.map(({ clock }) => clock))}  processor ${row(times.map(({ processor }) => processor))}`,
  );
const seconds = ({ clock, processor }: Time): string =>
  `${(clock / 1000).toFixed(2)} s (processor ${(processor / 1000).toFixed(2)} s)`;
const state = (): string => `${cpus().length} x ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`;

console.log(`node ${process.version}, ${state()}`);
const [explorer, opening] = await timed(() => Explorer.open([users, cards]));
console.log(`files read, models built: ${seconds(opening)}`);
const [crossfilter, loading] = await timed(() =>
  explorer.at(wholePortfolio, ({ engine, view }) => Crossfilter.load(engine, view)),
);
console.log(`bins loaded: ${seconds(loading)}, ${crossfilter.bins.customers} x ${crossfilter.bins.cards}`);

const shape = crossfilter.counts(wholePortfolio);
const ranges = shape.dimensions.filter(
  (dimension): dimension is RangeCounts => dimension.shape === "range" && dimension.because === undefined,
);
console.log(ranges.map(({ id, edges }) => `${id} ${edges.length - 1} bins`).join(", "));

const next = random(7);
const counting: Time[] = [];
const all: Time[] = [];
const bytes: number[] = [];
const byKind = new Map<string, Time[]>();
for (let i = 0; i < Number(looks); i++) {
  const filters: Filters = drawFilters(shape, next);
  for (const grain of ["customers", "cards"] as const satisfies readonly LookGrain[]) {
    counting.push((await timed(() => crossfilter.counts({ grain, filters })))[1]);
    for (const range of ranges) {
      const move: Move = drawMove(range, next);
      const [body, time] = await timed(() =>
        encodeCube(crossfilter.cube({ grain, filters }, range.id, move)),
      );
      all.push(time);
      bytes.push(body.byteLength);
      const kind = `${grain}, ${range.owner === "card" ? `${range.id} by ${Object.keys(move)[0]}` : "a customer's"}`;
      byKind.set(kind, [...(byKind.get(kind) ?? []), time]);
    }
  }
}
console.log("milliseconds: median, 95th percentile, most");
line("counts", counting);
for (const [kind, times] of byKind) line(`index: ${kind}`, times);
line("index: all", all);
console.log(`body at most ${Math.round(Math.max(...bytes) / 1024)} KiB; ${state()}`);
await explorer[Symbol.asyncDispose]();
