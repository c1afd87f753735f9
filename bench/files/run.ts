/**
 * How fast files become figures, beside what else would be used for it: `npm run bench`.
 *
 * -- --only csv,1m            works of these kinds, sizes and formats
 *    --peers pandas,duckdb    these peers and floors alone, by the beginning of their names; none for ours alone
 *    --runs N                 runs of everything
 *    --limit SECONDS          after which a command is stopped
 *    --python PATH            an interpreter that has the peers' packages; else they are installed into the cache
 *    --table                  only writes the table anew
 *
 * Files and packages are kept in bench/.cache. Results go to bench/results.json and as tables into
 * docs/performance.md; what was not measured this time stays there, and is marked.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { commandOf, contestants } from "./contestants.ts";
import { preparePython } from "./packages.ts";
import { measureWork } from "./pairs.ts";
import { commit, machine, merge, readResults, source, writeResults } from "./results.ts";
import { writeTable } from "./table.ts";
import { chosen } from "./works.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    peers: { type: "string" },
    runs: { type: "string" },
    limit: { type: "string", default: "900" },
    python: { type: "string" },
    table: { type: "boolean", default: false },
  },
});

if (!values.table) await run();
await writeTable(await readResults());

async function run(): Promise<void> {
  const works = chosen(values.only.split(",").filter((word) => word !== ""));
  const asked = values.peers?.split(",").filter((name) => name !== "none");
  const wanted = contestants.filter(({ name }) => asked?.some((start) => name.startsWith(start)) ?? true);
  const python = await preparePython(values.python);
  for (const [name, why] of Object.entries(python.absent)) console.log(`${name} is absent: ${why}`);
  const began = new Date().toISOString().slice(0, 16);
  const load_before = loadavg()[0] ?? 0;
  for (const work of works) {
    console.log(work.id);
    const peers = wanted.filter((peer) => commandOf(peer, work.kind, work.format) !== undefined);
    const row = await measureWork(work, peers, {
      session: began,
      runs: values.runs === undefined ? undefined : Number(values.runs),
      limits: { seconds: Number(values.limit) },
      python,
    });
    // after each, so that a run that is stopped has not been for nothing
    const session = {
      began,
      commit: commit(),
      source: source(),
      ...machine(),
      versions: python.versions,
      load_before,
      load_after: loadavg()[0] ?? 0,
    };
    await writeResults(merge(await readResults(), session, [row]));
  }
}
