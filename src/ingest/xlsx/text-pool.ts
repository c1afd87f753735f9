import type { SharedStrings } from "./shared-strings.ts";

/** Texts of a batch: the n-th is `bytes` from `starts[n]` up to `starts[n + 1]`, in UTF-8. */
export interface Texts {
  readonly count: number;
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
}

export const textAt = ({ bytes, starts }: Texts, index: number): string =>
  bytes.toString("utf8", starts[index], starts[index + 1]);

const remembered = 8192;
const mask = remembered - 1;

/**
 * Collects the texts of a batch. A column repeats few texts over and over, so those seen lately are remembered by
 * their place in a table that a newcomer simply takes over: no text becomes a string, and memory stays bounded
 * where all of them differ.
 */
export class TextPool implements Texts {
  count = 0;
  bytes: Buffer = Buffer.allocUnsafeSlow(64 * 1024);
  starts: Uint32Array = new Uint32Array(4096);
  #used = 0;
  readonly #seen = new Int32Array(remembered).fill(-1);
  /** Numbers of shared texts, and of texts here, in the same places. */
  readonly #shared = new Int32Array(remembered).fill(-1);
  readonly #sharedHere = new Int32Array(remembered);

  get size(): number {
    return this.#used;
  }

  /** The number of the text `source[start..end)`, which stands for itself. */
  add(source: Buffer, start: number, end: number, hash: number): number {
    const place = (hash ^ (hash >>> 15)) & mask;
    const known = this.#seen[place] as number;
    if (known >= 0 && this.#is(known, source, start, end)) return known;
    this.#seen[place] = this.count;
    return this.#append(source, start, end);
  }

  addString(text: string): number {
    const most = text.length * 3;
    this.#reserve(most);
    return this.#end(this.bytes.write(text, this.#used, most, "utf8"));
  }

  /** The number of a text of the workbook's shared table. */
  addShared(strings: SharedStrings, index: number): number {
    const place = index & mask;
    if (this.#shared[place] === index) return this.#sharedHere[place] as number;
    const bytes = strings.plainBytes(index);
    const here =
      bytes === undefined ? this.addString(strings.get(index)) : this.#append(bytes, 0, bytes.length);
    this.#shared[place] = index;
    this.#sharedHere[place] = here;
    return here;
  }

  clear(): void {
    this.count = 0;
    this.#used = 0;
    this.#seen.fill(-1);
    this.#shared.fill(-1);
  }

  #is(index: number, source: Buffer, start: number, end: number): boolean {
    const { bytes } = this;
    let at = this.starts[index] as number;
    if ((this.starts[index + 1] as number) - at !== end - start) return false;
    for (let i = start; i < end; i++) if (bytes[at++] !== source[i]) return false;
    return true;
  }

  #append(source: Buffer, start: number, end: number): number {
    const length = end - start;
    this.#reserve(length);
    // a call to copy costs more than the few bytes of nearly every text
    if (length < 64) {
      const { bytes } = this;
      for (let i = start, at = this.#used; i < end; i++) bytes[at++] = source[i] as number;
    } else {
      source.copy(this.bytes, this.#used, start, end);
    }
    return this.#end(length);
  }

  #end(length: number): number {
    this.#used += length;
    this.starts[this.count + 1] = this.#used;
    return this.count++;
  }

  #reserve(length: number): void {
    if (this.#used + length > this.bytes.length) {
      const wider = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.#used + length));
      this.bytes.copy(wider, 0, 0, this.#used);
      this.bytes = wider;
    }
    if (this.count + 2 > this.starts.length) {
      const longer = new Uint32Array(this.starts.length * 2);
      longer.set(this.starts);
      this.starts = longer;
    }
  }
}
