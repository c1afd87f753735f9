import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { totalmem } from "node:os";
import { performance } from "node:perf_hooks";
import { root } from "./files.ts";

export interface Usage {
  readonly wall_s: number;
  readonly cpu_s: number;
  /** Of the process that had the most: a command's own, or one that it started. */
  readonly peak_mib: number;
}
export type Outcome = Usage | { readonly stopped: string };

export interface Limits {
  readonly seconds: number;
  /** A peer that takes the whole machine would be ended by the kernel, and others with it. */
  readonly memory?: number;
}

const TIME = "/usr/bin/time";
const POLL_MS = 50;

/** Runs a whole process, its standard output into a file, and tells what it took; why, where it did not end well. */
export async function measure(
  command: readonly string[],
  { output, limits }: { output: string; limits: Limits },
): Promise<Outcome> {
  const usageFile = `${output}.usage`;
  const errors = `${output}.errors`;
  const isTimed = existsSync(TIME);
  const [program = "", ...rest] = isTimed ? [TIME, "-f", "%U %S %M", "-o", usageFile, ...command] : command;
  await using out = await open(output, "w");
  await using err = await open(errors, "w");
  const began = performance.now();
  // a group of its own, so that all of it can be stopped
  const child = spawn(program, rest, { stdio: ["ignore", out.fd, err.fd], detached: true });
  const watch = new Watch(child, limits);
  // a group of its own is not told when this one is stopped
  const leave = () => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    process.exit(130);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, leave);
  const code = await new Promise<number | null>((done, failed) => {
    child.once("error", failed);
    child.once("exit", done);
  });
  const wall_s = (performance.now() - began) / 1000;
  watch.end();
  for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, leave);
  const stopped = watch.stopped ?? (code === 0 ? undefined : failure(code, readFileSync(errors, "utf8")));
  try {
    if (stopped !== undefined) return { stopped };
    if (!isTimed) return { wall_s, ...watch.seen };
    const [user = 0, system = 0, kib = 0] = readFileSync(usageFile, "utf8").trim().split(" ").map(Number);
    return { wall_s, cpu_s: user + system, peak_mib: kib / 1024 };
  } finally {
    await rm(usageFile, { force: true });
    await rm(errors, { force: true });
  }
}

function failure(code: number | null, errors: string): string {
  const last = errors
    .trim()
    .split("\n")
    .findLast((line) => line.trim() !== "" && !line.startsWith("Command "));
  // results are committed, and paths are nobody's business
  return `failed with ${code}${last === undefined ? "" : `: ${last.trim().replaceAll(root, "").slice(0, 200)}`}`;
}

/** Looks at a process and those it started while they run. */
class Watch {
  stopped: string | undefined;
  readonly #child: ChildProcess;
  readonly #limits: Limits;
  readonly #timer: NodeJS.Timeout;
  readonly #began = performance.now();
  readonly #seen = new Map<number, { cpu_s: number; peak_mib: number }>();

  constructor(child: ChildProcess, limits: Limits) {
    this.#child = child;
    this.#limits = limits;
    this.#timer = setInterval(() => this.#look(), POLL_MS);
  }

  /** Without `time`: as of the last look. */
  get seen(): Omit<Usage, "wall_s"> {
    const all = [...this.#seen.values()];
    return {
      cpu_s: all.reduce((sum, { cpu_s }) => sum + cpu_s, 0),
      peak_mib: Math.max(0, ...all.map(({ peak_mib }) => peak_mib)),
    };
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    let resident = 0;
    for (const pid of treeOf(this.#child.pid ?? 0)) {
      const status = readProc(`${pid}/status`);
      const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
      resident += kib("VmRSS") * 1024;
      // after the name, which is in parentheses and may hold anything; in ticks of a hundredth
      const fields = readProc(`${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
      const cpu_s = (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
      if (kib("VmHWM") > 0) this.#seen.set(pid, { cpu_s, peak_mib: kib("VmHWM") / 1024 });
    }
    const { seconds, memory = totalmem() * 0.8 } = this.#limits;
    if (performance.now() - this.#began > seconds * 1000) this.#stop(`stopped after ${seconds} s`);
    else if (resident > memory) this.#stop(`stopped at ${(resident / 2 ** 30).toFixed(1)} GiB`);
  }

  #stop(why: string): void {
    if (this.stopped !== undefined || this.#child.pid === undefined) return;
    this.stopped = why;
    process.kill(-this.#child.pid, "SIGKILL");
  }
}

function treeOf(pid: number): number[] {
  const children = readProc(`${pid}/task/${pid}/children`).trim();
  return [pid, ...(children === "" ? [] : children.split(" ").flatMap((child) => treeOf(Number(child))))];
}

/** Empty where the process has just ended, or where there is no /proc. */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return "";
  }
}
