import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("entry.ts", import.meta.url));
const tsx = import.meta.resolve("tsx");

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What is left in the folder for temporary files. */
  readonly left: readonly string[];
}

export interface RunOptions {
  /** Folder to run in; temporary files go into `tmp` below it. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Readable;
  readonly during?: (child: ChildProcess) => unknown;
}

/** Runs the command line from its source, in a process of its own. */
export async function cardscope(
  args: readonly string[],
  { cwd, env = {}, stdin, during }: RunOptions,
): Promise<Run> {
  const tmp = join(cwd, "tmp");
  await mkdir(tmp, { recursive: true });
  const child = spawn(process.execPath, ["--import", tsx, entry, ...args], {
    cwd,
    env: { ...process.env, TMPDIR: tmp, ...env },
    stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  if (child.stdin !== null) stdin?.pipe(child.stdin);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  during?.(child);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  // tsx keeps its cache there
  const left = (await readdir(tmp)).filter((name) => !name.startsWith("tsx-"));
  return { code, stdout, stderr, left };
}
