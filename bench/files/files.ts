import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
/** Outside of git; nothing in it is needed again. */
export const cache = join(root, "bench/.cache");
export const cardscope = join(root, "bin/cardscope.js");
/** A script of the bench. */
export const script = (name: string): string => join(root, "bench/files", name);

export const sizes = { "2k": 2_000, "100k": 100_000, "1m": 1_000_000, "10m": 10_000_000 } as const;
export type Size = keyof typeof sizes;
export const formats = ["csv", "parquet", "xlsx"] as const;
export type Format = (typeof formats)[number];

export interface Files {
  readonly users: string;
  readonly cards: string;
  readonly format: Format;
  readonly bytes: number;
}

/** The sample of a size, made by the product's own writer unless the cache holds it. */
export async function sampleOf(size: Size, format: Format): Promise<Files> {
  const folder = join(cache, `samples-${writerVersion()}`, `${size}-${format}`);
  const files = filesAt(join(folder, `users.${format}`), join(folder, `cards.${format}`), format);
  if (files !== undefined) return files;
  console.log(`making ${folder}`);
  await mkdir(folder, { recursive: true });
  const made = spawnSync(
    process.execPath,
    [cardscope, "sample", folder, "--customers", String(sizes[size]), "--format", format, "--quiet"],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  if (made.status !== 0) throw new Error(`no sample of ${size} as ${format}`);
  return sampleOf(size, format);
}

/** The brief's own workbooks, where they lie beside the checkout; else a sample of their size. */
export async function caseStudy(): Promise<Files & { readonly isSample: boolean }> {
  const folder = join(root, "../shared/data/case-study");
  const files = filesAt(join(folder, "users_data.xlsx"), join(folder, "cards_data.xlsx"), "xlsx");
  return files ? { ...files, isSample: false } : { ...(await sampleOf("2k", "xlsx")), isSample: true };
}

function filesAt(users: string, cards: string, format: Format): Files | undefined {
  if (!existsSync(users) || !existsSync(cards)) return undefined;
  return { users, cards, format, bytes: statSync(users).size + statSync(cards).size };
}

/** Changes with the code that writes samples, so that files of an older writer are not taken for today's. */
function writerVersion(): string {
  const folder = join(root, "src/sample");
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).sort()) hash.update(readFileSync(join(folder, name)));
  return hash.digest("hex").slice(0, 8);
}
