import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { analyses } from "../../src/analyses/index.ts";
import { cardscope, type Files, type Format } from "./files.ts";
import type { Package, Python } from "./packages.ts";
import { writeStatements } from "./raw-statements.ts";

/** One measurement of one contestant. */
export interface Job {
  readonly files: Files;
  /** Ours, of the same files; written before a peer's turn comes. */
  readonly document: string;
  /** The contestant's own, empty. */
  readonly folder: string;
  readonly python: Python;
}

export interface Contestant {
  readonly name: string;
  /** A floor does less than what is asked, or has it prepared: nobody can be much faster. */
  readonly role: "peer" | "floor";
  readonly needs: readonly Package[];
  readonly formats: readonly Format[];
  /** So slow on a large workbook that one run has to do. */
  readonly isSlow?: true;
  /** All analyses that need no learning, as JSON lines into the folder `rows` of the job's. */
  analyse(job: Job): Promise<readonly string[]>;
  /** Only the users' workbook into a typed table. */
  read?(job: Job): readonly string[];
  /** Whether what it answers can be compared with ours. */
  readonly answers: boolean;
}

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const rows = (job: Job) => join(job.folder, "rows");

function pandas(engine?: "openpyxl" | "calamine"): Contestant {
  const options = engine === undefined ? [] : ["--engine", engine];
  const command = (job: Job) => [job.python.interpreter, script("python/pandas_peer.py"), job.files.users];
  return {
    name: engine === undefined ? "pandas" : `pandas+${engine}`,
    role: "peer",
    needs: ["pandas", ...(engine === undefined ? [] : [engine])],
    formats: engine === undefined ? ["csv", "parquet"] : ["xlsx"],
    ...(engine === "openpyxl" && { isSlow: true }),
    analyse: async (job) => [...command(job), job.files.cards, "--out", rows(job), ...options],
    read: (job) => [...command(job), ...options],
    answers: true,
  };
}

function polars(name: string, formats: readonly Format[], needs: readonly Package[]): Contestant {
  const command = (job: Job) => [job.python.interpreter, script("python/polars_peer.py"), job.files.users];
  return {
    name,
    role: "peer",
    needs,
    formats,
    analyse: async (job) => [...command(job), job.files.cards, "--out", rows(job)],
    read: command,
    answers: true,
  };
}

const rawDuckdb: Contestant = {
  name: "duckdb",
  role: "floor",
  needs: [],
  formats: ["csv", "parquet"],
  analyse: async ({ files, document, folder }) => [
    process.execPath,
    script("raw-duckdb.mjs"),
    await writeStatements(files, document, folder),
  ],
  answers: true,
};

const inflate: Contestant = {
  name: "inflate",
  role: "floor",
  needs: [],
  formats: ["xlsx"],
  analyse: async ({ files }) => [process.execPath, script("inflate.mjs"), files.users, files.cards],
  read: ({ files }) => [process.execPath, script("inflate.mjs"), files.users],
  answers: false,
};

export const contestants: readonly Contestant[] = [
  pandas("openpyxl"),
  pandas("calamine"),
  pandas(),
  polars("polars+fastexcel", ["xlsx"], ["polars", "fastexcel"]),
  polars("polars", ["csv", "parquet"], ["polars"]),
  rawDuckdb,
  inflate,
];

/** Those that learn take long by design, and no peer learns the same. */
export const withoutLearning = Object.values(analyses)
  .filter(({ topic }) => topic !== "predict")
  .map(({ id }) => id);

const help = spawnSync(process.execPath, [cardscope, "analyze", "--help"], { encoding: "utf8" }).stdout;

/** Ours, with a bound on memory where the product takes one. */
export const ours = {
  analyse: ({ users, cards }: Files, memory?: string): readonly string[] => [
    ...[process.execPath, cardscope, "analyze", users, cards, "--json", "--quiet"],
    ...["--only", withoutLearning.join()],
    ...bound(memory),
  ],
  learn: ({ users, cards }: Files, memory?: string): readonly string[] => [
    ...[process.execPath, cardscope, "analyze", users, cards, "--json", "--quiet"],
    ...bound(memory),
  ],
  read: ({ users }: Files): readonly string[] => [process.execPath, script("read-sheet.mjs"), users],
  workbook: ({ users, cards }: Files, folder: string, rows: number): readonly string[] => [
    ...[process.execPath, script("write-workbook.mjs"), users, cards],
    ...[String(rows), join(folder, "list.xlsx")],
  ],
  /** With no debt too small, nearly every customer is in the list. */
  report: ({ users, cards }: Files, folder: string): readonly string[] => [
    ...[process.execPath, cardscope, "analyze", users, cards, "--quiet", "--out", join(folder, "report")],
    ...["--only", "high-debt-customers", "--set", "high_debt.ratio=0"],
  ],
};

export const isBounded = help.includes("--memory");
const bound = (memory: string | undefined) => (memory !== undefined && isBounded ? ["--memory", memory] : []);
