import { setFlagsFromString } from "node:v8";
import { usage } from "../errors.ts";

const MB = 1_000_000;
const UNITS: Readonly<Record<string, number>> = { mb: MB, mib: 2 ** 20, gb: 1_000 * MB, gib: 2 ** 30 };

/** Less would not hold the program and one batch of every operator. */
const LEAST_MEMORY = 500 * MB;

/** Bytes of "4GB", "800MB", "2GiB". Throws USAGE. */
export function memoryOf(text: string): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim()) ?? [];
  const bytes = Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (digits === "" || Number.isNaN(bytes))
    throw usage(`not an amount of memory: ${text}`, "write it with its unit, such as 4GB or 800MB");
  return checkMemory(Math.round(bytes));
}

/** Throws USAGE for less than the program needs. */
function checkMemory(bytes: number): number {
  if (!(bytes >= LEAST_MEMORY))
    throw usage(`too little memory: ${Math.round(bytes / MB)} MB`, `give ${LEAST_MEMORY / MB} MB or more`);
  return bytes;
}

/** What the process takes before the first row: the runtime, the engine's code, this program's. */
const BASE = 250 * MB;

/**
 * Settings of an instance so that the process stays within `bytes`; none where no amount is given. The engine counts
 * its buffers only: what its allocator keeps and its operators take beside comes to half as much again in the largest
 * runs that were measured (docs/performance.md). The heap of JavaScript, which comes on top, is kept to a quarter:
 * before it grows beyond, garbage is collected. Throws USAGE for too little.
 */
export function withinMemory(bytes: number | undefined): Readonly<Record<string, string>> {
  if (bytes === undefined) return {};
  checkMemory(bytes);
  setFlagsFromString(`--max-old-space-size=${Math.max(Math.round(bytes / 4 / 2 ** 20), 256)}`);
  return { memory_limit: memoryLimit(bytes) };
}

/**
 * The engine's limit where the process is to stay within `bytes`. Exact quantiles hold their values outside of the
 * buffers that are counted, 8 bytes each, and as many again while they are gathered: `values` of them are taken off.
 */
export const memoryLimit = (bytes: number, values = 0): string => {
  const buffers = (bytes - BASE) * 0.55;
  return `${Math.round(Math.max(buffers - values * 16, buffers / 4))}B`;
};
