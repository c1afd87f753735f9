import { Byte } from "./byte.ts";
import type { WorkbookLimits } from "./limits.ts";
import { PartError, tooMuch } from "./part-error.ts";
import { Name, readTag, skipMarkup, Tag } from "./tag.ts";
import { isPlainText, readText, TextReader } from "./text.ts";
import { Window } from "./window.ts";

const blockBits = 20;
const blockSize = 2 ** blockBits;

/**
 * The table of texts that cells refer to by number. It keeps bytes, without their tags, and decodes a text when a
 * cell asks for it: addresses and other columns nobody reads are never looked at.
 */
export class SharedStrings {
  count = 0;
  /** Texts that were put together from several pieces, and long ones. */
  readonly #strings = new Map<number, string>();
  readonly #blocks: Buffer[] = [];
  #used = blockSize;
  #size = 0;
  /** Block and byte in it, in one number. */
  #starts = new Uint32Array(1024);
  #lengths = new Uint32Array(1024);

  static async read(chunks: AsyncIterable<Buffer>, limits: WorkbookLimits): Promise<SharedStrings> {
    const table = new SharedStrings();
    const window = new Window(limits.textBytes * 8);
    const reader = new TextReader(limits.textBytes);
    const tag = new Tag();
    for await (const chunk of chunks) {
      window.append(chunk);
      window.at = table.#scan(window.bytes, tag, reader, limits);
    }
    if (window.rest().includes("<")) throw new PartError("ends in the middle of a text");
    return table;
  }

  /** Whether the text has no characters, without making a string of it. */
  isEmpty(index: number): boolean {
    return this.#lengths[index] === 0 && !this.#strings.get(index);
  }

  get(index: number): string {
    const bytes = this.#bytes(index);
    return this.#strings.get(index) ?? readText(bytes, 0, bytes.length);
  }

  /** The text's own bytes where they need no decoding. */
  plainBytes(index: number): Buffer | undefined {
    if (this.#lengths[index] === 0) return undefined;
    const bytes = this.#bytes(index);
    return isPlainText(bytes) ? bytes : undefined;
  }

  #bytes(index: number): Buffer {
    const start = this.#starts[index] as number;
    const offset = start & (blockSize - 1);
    return (this.#blocks[start >>> blockBits] ?? none).subarray(
      offset,
      offset + (this.#lengths[index] as number),
    );
  }

  #scan(bytes: Buffer, tag: Tag, reader: TextReader, limits: WorkbookLimits): number {
    let i = 0;
    for (;;) {
      while (bytes[i] !== Byte.less) if (bytes[i++] === Byte.end) return i - 1;
      const end = plainTextEnd(bytes, i);
      if (end > 0) {
        this.#add(undefined, bytes, i + plainOpening.length, end, limits);
        i = end + plainClosing.length;
        continue;
      }
      const c = bytes[i + 1];
      if (c === Byte.bang || c === Byte.question) {
        const next = skipMarkup(bytes, i);
        if (next < 0) return i;
        i = next;
        continue;
      }
      if (!readTag(bytes, i, tag)) return i;
      let next = tag.next;
      if (tag.name === Name.si && !tag.isClosing) {
        const isEmpty = tag.isEmpty;
        if (!isEmpty) next = reader.read(bytes, tag.next, Name.si);
        if (next < 0) return i;
        if (isEmpty) this.#add(undefined, bytes, 0, 0, limits);
        else this.#add(reader.joined, bytes, reader.start, reader.end, limits);
      }
      i = next;
    }
  }

  #add(joined: string | undefined, bytes: Buffer, start: number, end: number, limits: WorkbookLimits): void {
    if (this.count === limits.sharedStrings) {
      throw tooMuch(`has more than ${limits.sharedStrings} different texts`);
    }
    const length = joined?.length ?? end - start;
    this.#size += length;
    if (length > limits.textBytes) throw tooMuch(`has a text of more than ${limits.textBytes} bytes`);
    if (this.#size > limits.sharedStringBytes) {
      throw tooMuch(`has more than ${limits.sharedStringBytes} bytes of text`);
    }
    const index = this.count++;
    if (index === this.#starts.length) {
      this.#starts = doubled(this.#starts);
      this.#lengths = doubled(this.#lengths);
    }
    const isLong = length > blockSize;
    const text = isLong ? readText(bytes, start, end) : joined;
    if (text !== undefined) this.#strings.set(index, text);
    if (joined !== undefined || isLong || length === 0) return;
    if (this.#used + length > blockSize) {
      this.#blocks.push(Buffer.allocUnsafeSlow(blockSize));
      this.#used = 0;
    }
    const block = this.#blocks.length - 1;
    bytes.copy(this.#blocks[block] as Buffer, this.#used, start, end);
    this.#starts[index] = block * blockSize + this.#used;
    this.#lengths[index] = length;
    this.#used += length;
  }
}

const none = Buffer.alloc(0);
const plainOpening = "<si><t>";
const plainClosing = "</t></si>";

/** Where the text of `<si><t>text</t></si>` ends, the spelling of nearly every text; 0 for any other. */
function plainTextEnd(bytes: Buffer, at: number): number {
  for (let i = 0; i < plainOpening.length; i++) if (bytes[at + i] !== plainOpening.charCodeAt(i)) return 0;
  let end = at + plainOpening.length;
  while (bytes[end] !== Byte.less) if (bytes[end++] === Byte.end) return 0;
  for (let i = 0; i < plainClosing.length; i++) if (bytes[end + i] !== plainClosing.charCodeAt(i)) return 0;
  return end;
}

function doubled(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(array.length * 2);
  wider.set(array);
  return wider;
}
