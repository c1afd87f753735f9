import { Byte } from "./byte.ts";
import { PartError, tooMuch } from "./part-error.ts";

/**
 * The bytes a scanner may look at: the unfinished element of the last chunk and the next chunk after it, closed
 * by a zero byte. Scanners stop at the zero, say where the unfinished element starts, and begin it anew.
 */
export class Window {
  bytes: Buffer = Buffer.alloc(1);
  /** Where scanning goes on; scanners move it. */
  at = 0;
  #end = 0;
  #isFirst = true;
  readonly #longest: number;

  /** `longest`: bytes an element may take, since it is read anew with each chunk. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  append(chunk: Buffer): void {
    const rest = this.#end - this.at;
    if (rest > this.#longest) throw tooMuch(`has an element of more than ${this.#longest} bytes`);
    if (chunk.includes(Byte.end)) throw new PartError("is not text in UTF-8");
    const size = rest + chunk.length;
    if (size + 1 > this.bytes.length) {
      const wider = Buffer.allocUnsafe(size + (size >> 1) + 1);
      this.bytes.copy(wider, 0, this.at, this.#end);
      this.bytes = wider;
    } else {
      this.bytes.copyWithin(0, this.at, this.#end);
    }
    chunk.copy(this.bytes, rest);
    this.bytes[size] = Byte.end;
    this.#end = size;
    this.at = 0;
    if (this.#isFirst && size > 0) this.#refuseOtherEncodings();
  }

  /** What no scanner has taken. */
  rest(): Buffer {
    return this.bytes.subarray(this.at, this.#end);
  }

  #refuseOtherEncodings(): void {
    this.#isFirst = false;
    const first = this.bytes[0];
    // Without zero bytes UTF-16 can still be all Chinese; its byte-order mark cannot occur in UTF-8.
    if (first === 0xff || first === 0xfe) throw new PartError("is not text in UTF-8");
  }
}
