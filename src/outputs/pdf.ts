import { type ChildProcess, spawn } from "node:child_process";
import { open, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { temporaryFolder } from "../engines/temporary.ts";
import { CardscopeError } from "../errors.ts";
import { findChromium } from "./chromium.ts";

export interface PrintOptions {
  /** Path of the browser. */
  readonly chromium: string;
  readonly signal?: AbortSignal;
  /** That it may take. */
  readonly seconds?: number;
}

const SECONDS = 120;
const OTHERWISE =
  "Print the HTML report, or set CARDSCOPE_CHROMIUM to the path of another Chromium or Chrome.";

/** The browser that prints. Throws NOT_COMPUTABLE where there is none. */
export function chromiumForPdf(find: () => string | undefined = findChromium): string {
  const found = find();
  if (found !== undefined) return found;
  throw new CardscopeError("NOT_COMPUTABLE", "a PDF needs Chromium or Chrome; none was found", {
    hint: "Print the HTML report, or set CARDSCOPE_CHROMIUM to the path of one.",
  });
}

/**
 * Prints a report file to a PDF file. The browser runs in a profile of its own, without a network, and is gone with
 * all of its processes and files when this ends, however it ends. Throws OUTPUT_FAILED.
 */
export async function printPdf(html: string, pdf: string, options: PrintOptions): Promise<void> {
  const { chromium, signal, seconds = SECONDS } = options;
  signal?.throwIfAborted();
  const profile = await temporaryFolder("print");
  try {
    const isLate = await run(chromium, argumentsFor(html, pdf, profile), profile, seconds, signal);
    signal?.throwIfAborted();
    if (isLate)
      throw new CardscopeError("OUTPUT_FAILED", `the PDF was not printed within ${seconds} seconds`, {
        hint: "Print the HTML report, or narrow the view.",
      });
    if (!(await isPdf(pdf)))
      throw new CardscopeError("OUTPUT_FAILED", `${chromium} printed nothing`, { hint: OTHERWISE });
  } catch (error) {
    await rm(pdf, { force: true });
    throw error;
  } finally {
    // a browser that was killed may still be letting go of its files
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** No network: the report asks for none, and its names would not be resolved. The sandbox does not start as root. */
const argumentsFor = (html: string, pdf: string, profile: string): string[] => [
  "--headless",
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  `--user-data-dir=${join(profile, "profile")}`,
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-breakpad",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-dev-shm-usage",
  "--disable-extensions",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND",
  "--proxy-server=http://127.0.0.1:9",
  "--no-pdf-header-footer",
  "--generate-pdf-document-outline",
  `--print-to-pdf=${resolve(pdf)}`,
  pathToFileURL(html).href,
];

/** Runs a browser to its end, or to the end of patience: true says so. */
async function run(
  chromium: string,
  args: readonly string[],
  home: string,
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const child = spawn(chromium, args, {
    stdio: "ignore",
    windowsHide: true,
    // a group of its own, so that its children can be ended with it
    detached: process.platform !== "win32",
    // what it keeps outside of its profile goes with the profile
    env: { ...process.env, HOME: home, TMPDIR: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
  });
  let isLate = false;
  const end = () => endGroup(child);
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, seconds * 1000);
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted) end();
  process.once("exit", end);
  try {
    await new Promise<void>((done, failed) => {
      child.once("close", () => done());
      child.once("error", (cause) =>
        failed(new CardscopeError("OUTPUT_FAILED", `${chromium} does not start`, { hint: OTHERWISE, cause })),
      );
    });
    return isLate;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
    process.off("exit", end);
    // what the browser left running
    end();
  }
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // it has ended
  }
}

async function isPdf(path: string): Promise<boolean> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path);
  } catch {
    return false;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(5), 0, 5, 0);
    return buffer.toString("latin1", 0, bytesRead) === "%PDF-";
  } finally {
    await file.close();
  }
}
