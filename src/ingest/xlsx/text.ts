import { Byte } from "./byte.ts";
import { PartError, tooMuch } from "./part-error.ts";
import { Name, readTag, sectionOpening, skipMarkup, Tag } from "./tag.ts";

/** The end tag of an element that holds text only, such as v and t; -1 when it has not been read yet. */
export function textEnd(bytes: Buffer, from: number): number {
  let i = from;
  for (;;) {
    let c = bytes[i] as number;
    while (c !== Byte.less) {
      if (c === Byte.end) return -1;
      c = bytes[++i] as number;
    }
    c = bytes[i + 1] as number;
    if (c === Byte.slash) return i;
    if (c === Byte.end) return -1;
    if (c !== Byte.bang && c !== Byte.question) throw new PartError("has an element inside a text");
    i = skipMarkup(bytes, i);
    if (i < 0) return -1;
  }
}

/** The characters that XML and the spreadsheet wrote as `bytes[start..end)`. */
export function readText(bytes: Buffer, start: number, end: number): string {
  for (let i = start; i < end; i++) {
    const c = bytes[i];
    if (c === Byte.ampersand || c === Byte.less || c === Byte.carriageReturn) {
      return withoutEscapes(markedText(bytes, start, end));
    }
  }
  return withoutEscapes(bytes.toString("utf8", start, end));
}

/** Whether bytes are the characters they stand for: without entities, markup, line ends and escapes. */
export function isPlainText(bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i];
    if (c === Byte.ampersand || c === Byte.less || c === Byte.carriageReturn) return false;
    if (c === Byte.underscore && bytes[i + 1] === Byte.lowerX) return false;
  }
  return true;
}

function markedText(bytes: Buffer, start: number, end: number): string {
  let text = "";
  let i = start;
  while (i < end) {
    const less = bytes.indexOf(Byte.less, i);
    const stop = less < 0 || less > end ? end : less;
    text += withoutEntities(newlines(bytes.toString("utf8", i, stop)));
    if (stop === end) break;
    i = skipMarkup(bytes, stop);
    const opening = stop + sectionOpening.length;
    if (bytes.toString("latin1", stop, opening) === sectionOpening) {
      text += newlines(bytes.toString("utf8", opening, i - "]]>".length));
    }
  }
  return text;
}

// XML turns each line end into a newline; a spreadsheet that means a carriage return writes _x000D_.
const newlines = (text: string): string => text.replaceAll(/\r\n?/g, "\n");

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const withoutEntities = (text: string): string =>
  text.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]+))?;?/gi,
    (written, hex?: string, decimal?: string, name?: string) => {
      const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
      const character = name
        ? entities[name]
        : code > 0 && code <= 0x10ffff
          ? String.fromCodePoint(code)
          : undefined;
      if (character === undefined || !written.endsWith(";"))
        throw new PartError("has an ampersand that stands for nothing");
      return character;
    },
  );

/** Spreadsheets write characters that XML forbids as _xHHHH_, and an underscore before such a thing as _x005F_. */
const withoutEscapes = (text: string): string =>
  text.includes("_x")
    ? text.replaceAll(/_x([0-9a-f]{4})_/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;

/**
 * Reads what `si` and `is` hold: one text, or runs of formatted text, and perhaps hints how to pronounce them. A
 * single text is not decoded but pointed at, since most columns of a sheet may never be asked for.
 */
export class TextReader {
  /** Where the text is, when it is in one piece. */
  start = 0;
  end = 0;
  /** The text, when it had to be put together. */
  joined: string | undefined;
  readonly #tag = new Tag();
  readonly #longest: number;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** `from`: the byte after the opening tag. Gives the byte after the closing one, or -1. */
  read(bytes: Buffer, from: number, closing: number): number {
    const tag = this.#tag;
    this.start = this.end = from;
    this.joined = undefined;
    let length = 0;
    let isPronunciation = false;
    let i = from;
    for (;;) {
      let c = bytes[i] as number;
      while (c !== Byte.less) {
        if (c === Byte.end) return -1;
        c = bytes[++i] as number;
      }
      c = bytes[i + 1] as number;
      if (c === Byte.bang || c === Byte.question) {
        i = skipMarkup(bytes, i);
        if (i < 0) return -1;
        continue;
      }
      if (!readTag(bytes, i, tag)) return -1;
      i = tag.next;
      if (tag.name === closing && tag.isClosing) return i;
      if (tag.name === Name.rPh) isPronunciation = !tag.isClosing && !tag.isEmpty;
      if (tag.name !== Name.t || tag.isClosing || tag.isEmpty) continue;
      const end = textEnd(bytes, i);
      if (end < 0) return -1;
      if (!isPronunciation && end > i) {
        length += end - i;
        if (length > this.#longest) throw tooMuch(`has a text of more than ${this.#longest} bytes`);
        this.#add(bytes, i, end);
      }
      i = end;
    }
  }

  get isEmpty(): boolean {
    return this.start === this.end;
  }

  text(bytes: Buffer): string {
    return this.joined ?? readText(bytes, this.start, this.end);
  }

  #add(bytes: Buffer, start: number, end: number): void {
    if (this.isEmpty) {
      this.start = start;
      this.end = end;
    } else {
      this.joined = this.text(bytes) + readText(bytes, start, end);
    }
  }
}
