import { join } from "node:path";
import { type Files, type Format, script } from "./files.ts";
import type { Package, Python } from "./packages.ts";
import { writeStatements } from "./raw-statements.ts";
import type { Kind } from "./works.ts";

/** One measurement of one contestant. */
export interface Job {
  readonly files: Files;
  /** Ours, of the same files; written before a peer's turn comes. */
  readonly document: string;
  /** The contestant's own, empty. */
  readonly folder: string;
  readonly python: Python;
}

type Command = (job: Job) => readonly string[] | Promise<readonly string[]>;

/** What a peer can be asked: all analyses but those that learn, with them, or reading the users' workbook alone. */
type Task = "analyse" | "learn" | "read";
const tasks: Readonly<Partial<Record<Kind, Task>>> = {
  "case-study": "analyse",
  analyses: "analyse",
  unbounded: "analyse",
  learning: "learn",
  "typed-tables": "read",
};

export interface Contestant {
  readonly name: string;
  /** A floor does less than what is asked, or has it prepared: nobody can be much faster. */
  readonly role: "peer" | "floor";
  readonly needs: readonly Package[];
  readonly formats: readonly Format[];
  /** So slow on a large workbook that one run has to do. */
  readonly isSlow?: true;
  /** Runs our SQL, which is in our document. */
  readonly needsDocument?: true;
  /** Those whose rows can be compared with ours are JSON lines in the folder `rows` of the job's, one file each. */
  readonly isCompared: boolean;
  readonly commands: Readonly<Partial<Record<Task, Command>>>;
}

/** Its command for such a work; undefined where it has none. */
export function commandOf(
  { commands, formats }: Contestant,
  kind: Kind,
  format: Format,
): Command | undefined {
  const task = tasks[kind];
  return task !== undefined && formats.includes(format) ? commands[task] : undefined;
}

const rows = ({ folder }: Job) => join(folder, "rows");
const python = (name: string, job: Job) => [
  job.python.interpreter,
  script(`python/${name}`),
  job.files.users,
];

function pandas(engine?: "openpyxl" | "calamine"): Contestant {
  const options = engine === undefined ? [] : ["--engine", engine];
  return {
    name: engine === undefined ? "pandas" : `pandas+${engine}`,
    role: "peer",
    needs: ["pandas", ...(engine === undefined ? [] : [engine])],
    formats: engine === undefined ? ["csv", "parquet"] : ["xlsx"],
    ...(engine === "openpyxl" && { isSlow: true }),
    isCompared: true,
    commands: {
      analyse: (job) => [...python("pandas_peer.py", job), job.files.cards, "--out", rows(job), ...options],
      read: (job) => [...python("pandas_peer.py", job), ...options],
    },
  };
}

/** Learns with other algorithms, so that the figures are others. */
const scikit: Contestant = {
  name: "pandas+scikit-learn",
  role: "peer",
  needs: ["pandas", "learning"],
  formats: ["csv", "parquet"],
  isCompared: false,
  commands: {
    learn: (job) => [...python("pandas_peer.py", job), job.files.cards, "--out", rows(job), "--learn"],
  },
};

function polars(name: string, formats: readonly Format[], needs: readonly Package[]): Contestant {
  return {
    name,
    role: "peer",
    needs,
    formats,
    isCompared: true,
    commands: {
      analyse: (job) => [...python("polars_peer.py", job), job.files.cards, "--out", rows(job)],
      read: (job) => python("polars_peer.py", job),
    },
  };
}

const rawDuckdb: Contestant = {
  name: "duckdb",
  role: "floor",
  needs: [],
  formats: ["csv", "parquet", "xlsx"],
  needsDocument: true,
  isCompared: true,
  commands: {
    analyse: async ({ files, document, folder }) => [
      process.execPath,
      script("raw-duckdb.mjs"),
      await writeStatements(files, document, folder),
    ],
  },
};

const inflate: Contestant = {
  name: "inflate",
  role: "floor",
  needs: [],
  formats: ["xlsx"],
  isCompared: false,
  commands: {
    analyse: ({ files }) => [process.execPath, script("inflate.mjs"), files.users, files.cards],
    read: ({ files }) => [process.execPath, script("inflate.mjs"), files.users],
  },
};

export const contestants: readonly Contestant[] = [
  pandas("openpyxl"),
  pandas("calamine"),
  pandas(),
  polars("polars+fastexcel", ["xlsx"], ["polars", "fastexcel"]),
  polars("polars", ["csv", "parquet"], ["polars"]),
  scikit,
  rawDuckdb,
  inflate,
];
