import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";

/** Of doubles, beside values up to 1 and relative to larger ones; integers have to be equal. */
const TOLERANCE = 1e-9;

export interface Comparison {
  readonly analyses: number;
  readonly rows: number;
  /** The first difference of each analysis that differs. */
  readonly differences: readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Every row and every column of our document beside a peer's folder, which holds one file of JSON lines per analysis.
 * Both are read a line at a time: the lists of the largest portfolio are longer than memory.
 */
export async function compareFigures(document: string, folder: string): Promise<Comparison> {
  const differences: string[] = [];
  let [analyses, rows] = [0, 0];
  let peer: Peer | undefined;
  const end = async () => {
    const difference = await peer?.end();
    if (difference !== undefined) differences.push(difference);
    peer = undefined;
  };
  await using ours = await open(document);
  for await (const line of ours.readLines()) {
    const id = /^"([a-z-]+)":\{"title":/.exec(line)?.[1];
    if (id !== undefined) {
      await end();
      peer = await Peer.open(id, folder);
      analyses++;
    } else if (peer !== undefined && ROW.test(line)) {
      rows++;
      await peer.compare(rowOf(line));
    }
  }
  await end();
  return { analyses, rows, differences };
}

/** Rows of long lists are indented; the line of a row goes on with what separates it from the next. */
const ROW = /^\t?\{/;
const rowOf = (line: string): string =>
  line.slice(line.startsWith("\t") ? 1 : 0, line.length - (/(?:,|\]\}+,?)$/.exec(line)?.[0].length ?? 0));

/** One analysis of a peer, read beside ours. */
class Peer {
  readonly #id: string;
  readonly #file: FileHandle | undefined;
  readonly #lines: AsyncIterator<string> | undefined;
  #row = 0;
  #difference: string | undefined;

  private constructor(id: string, file: FileHandle | undefined) {
    this.#id = id;
    this.#file = file;
    this.#lines = file?.readLines({ autoClose: false })[Symbol.asyncIterator]();
    if (file === undefined) this.#difference = "missing";
  }

  static async open(id: string, folder: string): Promise<Peer> {
    const path = join(folder, `${id}.json`);
    return new Peer(id, await open(path).catch(() => undefined));
  }

  async compare(text: string): Promise<void> {
    this.#row++;
    if (this.#difference !== undefined) return;
    const next = await this.#lines?.next();
    if (next?.done !== false) {
      this.#difference = `ends after ${this.#row - 1} rows`;
      return;
    }
    if (text === next.value) return;
    const [ours, theirs] = [JSON.parse(text) as Row, JSON.parse(next.value) as Row];
    const name = Object.keys(ours).find((column) => !isSame(ours[column], theirs[column]));
    if (name !== undefined)
      this.#difference = `row ${this.#row}, ${name}: ${shown(theirs[name])} for ${shown(ours[name])}`;
  }

  /** What differs, if anything. */
  async end(): Promise<string | undefined> {
    if (this.#difference === undefined && (await this.#lines?.next())?.done === false)
      this.#difference = `has more than ${this.#row} rows`;
    await this.#lines?.return?.();
    await this.#file?.close();
    return this.#difference && `${this.#id}: ${this.#difference}`;
  }
}

const shown = (value: unknown): string => JSON.stringify(value ?? null).slice(0, 80);

function isSame(ours: unknown, theirs: unknown): boolean {
  if (typeof ours !== "number" || typeof theirs !== "number") return ours === (theirs ?? null);
  if (Number.isInteger(ours) && Number.isInteger(theirs)) return ours === theirs;
  return Math.abs(ours - theirs) <= TOLERANCE * Math.max(1, Math.abs(ours), Math.abs(theirs));
}
