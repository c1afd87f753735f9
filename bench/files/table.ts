import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./files.ts";
import { goalsOf } from "./goals.ts";
import type { Measured, ResultRow, Results, Session } from "./results.ts";
import { type Kind, works } from "./works.ts";

const BEGIN = "<!-- bench:files -->";
const END = "<!-- /bench:files -->";
const page = join(root, "docs/performance.md");

const titles: Readonly<Record<Kind, string>> = {
  "case-study": "The case study's two workbooks",
  analyses: "Files to JSON: every analysis but those that learn",
  unbounded: "The same with as much memory as there is",
  "typed-tables": "A workbook into typed tables, and no more",
  workbook: "A workbook with one long list, from an open portfolio",
  report: "Files to a folder of reports with one long list",
  learning: "Files to JSON: every analysis, those that learn among them",
};

export async function writeTable(results: Results): Promise<void> {
  const text = textOf(results);
  const before = await readFile(page, "utf8");
  const block = new RegExp(`${BEGIN}[\\s\\S]*${END}`);
  await writeFile(
    page,
    before.replace(block, () => `${BEGIN}\n${text}\n${END}`),
  );
  console.log(text);
}

function textOf(results: Results): string {
  const order = works.map(({ id }) => id);
  const rows = [...results.rows].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  const latest = results.sessions.at(-1);
  if (latest === undefined) return "Not run yet.";
  return [
    machineOf(latest),
    "",
    ...results.sessions.filter((session) => isSame(session, latest)).map(sessionOf),
    "",
    "| goal | measured | met |",
    "| --- | --- | --- |",
    ...goalsOf(rows).map(({ goal, measured, isMet }) => `| ${goal} | ${measured} | ${metOf(isMet)} |`),
    ...(Object.keys(titles) as Kind[]).flatMap((kind) => {
      const own = rows.filter((row) => row.kind === kind);
      return own.length === 0
        ? []
        : ["", `**${titles[kind]}**`, "", ...tableOf(own, results.sessions, latest)];
    }),
    ...remarks(rows),
  ].join("\n");
}

const metOf = (isMet: boolean | undefined) =>
  isMet === undefined ? "not measured" : isMet ? "yes" : "**no**";

/** Measured of the same code on the same machine, in however many parts. */
const isSame = (one: Session, other: Session): boolean =>
  (["source", "cores", "model", "node"] as const).every((key) => one[key] === other[key]);

function machineOf({ cores, model, memory_gib, node, versions }: Session): string {
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${cores} cores (${model}), ${memory_gib} GiB, Node ${node}; ${peers.join(", ")}.`;
}

const sessionOf = ({ began, commit, load_before, load_after }: Session): string =>
  `- ${began.replace("T", " ")}, commit ${commit}: load average ${load_before.toFixed(1)} before and ${load_after.toFixed(1)} after.`;

function tableOf(rows: readonly ResultRow[], sessions: readonly Session[], latest: Session): string[] {
  const whole = (n: number) => n.toLocaleString("en-US");
  return [
    "| customers / cards | files | who | wall | CPU | peak | time / ours | figures | runs |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows.flatMap(({ customers, cards, format, mib, measured }) =>
      measured.map((m, i) => {
        const size = cards === 0 ? `${whole(customers)} rows` : `${whole(customers)} / ${whole(cards)}`;
        const first = i === 0 ? [size, `${format}, ${mib} MiB`] : ["", ""];
        return `| ${[...first, nameOf(m, sessions, latest), ...cellsOf(m)].join(" | ")} |`;
      }),
    ),
  ];
}

function nameOf({ name, role, session }: Measured, sessions: readonly Session[], latest: Session): string {
  const shown = role === "floor" ? `floor: ${name}` : role === "ours" ? "**cardscope**" : name;
  const when = sessions.find(({ began }) => began === session);
  if (when !== undefined && isSame(when, latest)) return shown;
  return `${shown} (not rerun: ${session.slice(0, 10)}, commit ${when?.commit ?? "unknown"})`;
}

function cellsOf({ wall_s, cpu_s, peak_mib, times_ours, figures, because, runs }: Measured): string[] {
  if (wall_s === undefined) return [because ?? "", "", "", "", "", ""];
  return [
    `${wall_s} s`,
    `${cpu_s} s`,
    `${peak_mib} MiB`,
    times_ours === undefined ? "" : times_ours.toFixed(2),
    figures === undefined ? "" : figures === "same" ? "same" : `differ in ${figures.length}, see below`,
    String(runs),
  ];
}

/** Peers that differ in the same are named together. */
function remarks(rows: readonly ResultRow[]): string[] {
  const found = new Map<string, string[]>();
  for (const { id, measured } of rows)
    for (const { name, figures } of measured)
      for (const difference of Array.isArray(figures) ? figures : []) {
        const what = `${id}, ${difference}`;
        found.set(what, [...(found.get(what) ?? []), name]);
      }
  if (found.size === 0) return [];
  const lines = [...found].map(([what, names]) => `- ${what} (${names.join(", ")})`);
  return ["", "What peers have, for what we have:", "", ...lines];
}
