import { isUtf8 } from "node:buffer";
import { Byte } from "./byte.ts";
import { PartError, tooMuch } from "./part-error.ts";

/**
 * The bytes a scanner may look at: the unfinished element of the last chunk and the next chunk after it, closed
 * by a zero byte. Scanners stop at the zero, say where the unfinished element starts, and begin it anew.
 */
export class Window {
  bytes: Buffer = Buffer.alloc(1);
  #at = 0;
  #end = 0;
  readonly #longest: number;

  /** `longest`: bytes an element may take, since it is read anew with each chunk. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  append(chunk: Buffer): void {
    const rest = this.#end - this.#at;
    if (rest > this.#longest) throw tooMuch(`has an element of more than ${this.#longest} bytes`);
    if (chunk.includes(Byte.end)) throw notUtf8();
    const size = rest + chunk.length;
    if (size + 1 > this.bytes.length) {
      const wider = Buffer.allocUnsafe(size + (size >> 1) + 1);
      this.bytes.copy(wider, 0, this.#at, this.#end);
      this.bytes = wider;
    } else {
      this.bytes.copyWithin(0, this.#at, this.#end);
    }
    chunk.copy(this.bytes, rest);
    this.bytes[size] = Byte.end;
    this.#end = size;
    this.#at = 0;
  }

  /** Where scanning goes on. */
  get at(): number {
    return this.#at;
  }

  /** Scanners move it past what they have taken. */
  set at(next: number) {
    let end = next;
    // Between elements a character may be cut; what is taken ends before it.
    while (end > this.#at && (this.bytes[end - 1] as number) >= 0x80) end--;
    if (!isUtf8(this.bytes.subarray(this.#at, end))) throw notUtf8();
    this.#at = end;
  }

  /** What no scanner has taken. */
  rest(): Buffer {
    return this.bytes.subarray(this.#at, this.#end);
  }
}

const notUtf8 = (): PartError => new PartError("is not text in UTF-8");
