import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { root } from "./files.ts";

const file = join(root, "bench/results.json");

/** One contestant in one work. */
const measuredSchema = z.object({
  name: z.string(),
  role: z.enum(["ours", "peer", "floor"]),
  /** When: one of the sessions. */
  session: z.string(),
  runs: z.number().optional(),
  /** Medians over the runs. */
  wall_s: z.number().optional(),
  cpu_s: z.number().optional(),
  peak_mib: z.number().optional(),
  /** Median over pairs that ran one after the other: its time / our time. */
  times_ours: z.number().optional(),
  /** "same", or what differs from ours. */
  figures: z.union([z.literal("same"), z.array(z.string())]).optional(),
  /** Why there is no time. */
  because: z.string().optional(),
});
export type Measured = z.infer<typeof measuredSchema>;

const rowSchema = z.object({
  id: z.string(),
  kind: z.string(),
  size: z.string(),
  format: z.string(),
  customers: z.number(),
  cards: z.number(),
  mib: z.number(),
  /** Analyses and rows that were compared. */
  compared: z.object({ analyses: z.number(), rows: z.number() }).optional(),
  remark: z.string().optional(),
  measured: z.array(measuredSchema),
});
export type ResultRow = z.infer<typeof rowSchema>;

const sessionSchema = z.object({
  began: z.string(),
  commit: z.string(),
  /** The product's source at that commit: what was measured by the same is of one run, however many parts it had. */
  source: z.string(),
  cores: z.number(),
  model: z.string(),
  memory_gib: z.number(),
  node: z.string(),
  versions: z.record(z.string(), z.string()),
  load_before: z.number(),
  load_after: z.number(),
});
export type Session = z.infer<typeof sessionSchema>;

const resultsSchema = z.object({ sessions: z.array(sessionSchema), rows: z.array(rowSchema) });
export type Results = z.infer<typeof resultsSchema>;

export async function readResults(): Promise<Results> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? { sessions: [], rows: [] } : resultsSchema.parse(JSON.parse(text));
}

export const writeResults = (results: Results): Promise<void> =>
  writeFile(file, `${JSON.stringify(results, null, 2)}\n`);

/** What was measured now takes the place of what was before; the rest stays, with the session it is of. */
export function merge(before: Results, session: Session, rows: readonly ResultRow[]): Results {
  const merged = before.rows.filter(({ id }) => !rows.some((row) => row.id === id));
  for (const row of rows) {
    const kept = before.rows.find(({ id }) => id === row.id)?.measured ?? [];
    const others = kept.filter(({ name }) => !row.measured.some((m) => m.name === name));
    merged.push({ ...row, measured: [...row.measured, ...others] });
  }
  const used = new Set(merged.flatMap(({ measured }) => measured.map((m) => m.session)));
  const sessions = [...before.sessions.filter(({ began }) => began !== session.began), session];
  return { sessions: sessions.filter(({ began }) => used.has(began)), rows: merged };
}

export const machine = () => ({
  cores: cpus().length,
  model: cpus()[0]?.model ?? "unknown",
  memory_gib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
});

export const commit = () => revision("HEAD");
export const source = () => revision("HEAD:src");

function revision(name: string): string {
  try {
    return execFileSync("git", ["rev-parse", "--short=8", name], { cwd: root, encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}
