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

function machineOf({ began, commit, cores, model, memory_gib, node, versions, ...load }: Session): string {
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${began.replace("T", " ")}, commit ${commit}: ${cores} cores (${model}), ${memory_gib} GiB, Node ${node}; load average ${load.load_before.toFixed(1)} before and ${load.load_after.toFixed(1)} after. ${peers.join(", ")}.`;
}

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
  if (session === latest.began) return shown;
  const when = sessions.find(({ began }) => began === session);
  return `${shown} (not rerun: ${session.slice(0, 10)}, ${when?.commit ?? "unknown"})`;
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

function remarks(rows: readonly ResultRow[]): string[] {
  const found = rows.flatMap(({ id, measured }) =>
    measured.flatMap(({ name, figures }) =>
      Array.isArray(figures) ? figures.map((difference) => `- ${id}, ${name}: ${difference}`) : [],
    ),
  );
  return found.length === 0 ? [] : ["", "Differences from our figures:", "", ...found];
}
