import { Byte } from "./byte.ts";
import { PartError } from "./part-error.ts";
import { Name, packed, readTag, skipMarkup, Tag } from "./tag.ts";
import { TextReader, textEnd } from "./text.ts";

/** The attribute t of a cell, packed like an element name. */
export const Type = {
  none: 0,
  number: packed("n"),
  shared: packed("s"),
  boolean: packed("b"),
  error: packed("e"),
  date: packed("d"),
} as const;

/** A cell in any spelling, reused: where its value is, not yet what it means. */
export class CellTag {
  /** Counted from 0, or -1 when the cell does not say. */
  column = -1;
  /** Counted from 1, or -1. */
  row = -1;
  style = 0;
  type = 0;
  hasFormula = false;
  /** An empty v counts; `start` and `end` are the same then. */
  hasValue = false;
  start = 0;
  end = 0;
  /** Whether `inline` holds the value. */
  isInline = false;
  readonly inline: TextReader;
  readonly #inner = new Tag();

  constructor(longestText: number) {
    this.inline = new TextReader(longestText);
  }

  /** Reads the cell that `tag` opens; gives the byte after it, or -1 when that has not been read yet. */
  read(bytes: Buffer, tag: Tag): number {
    this.#readReference(bytes, tag.r, tag.rEnd);
    this.style = tag.sEnd > tag.s ? wholeNumber(bytes, tag.s, tag.sEnd) : 0;
    this.type = Type.none;
    for (let i = tag.t; i < tag.tEnd; i++) this.type = (this.type << 8) | (bytes[i] as number);
    this.hasFormula = this.hasValue = this.isInline = false;
    this.start = this.end = tag.next;
    return tag.isEmpty ? tag.next : this.#readContent(bytes, tag.next);
  }

  #readReference(bytes: Buffer, start: number, end: number): void {
    let column = 0;
    let i = start;
    for (; i < end; i++) {
      const letter = ((bytes[i] as number) | 0x20) - 0x60;
      if (letter < 1 || letter > 26) break;
      column = column * 26 + letter;
    }
    if (i === start && end > start) throw new PartError("has a cell whose reference names no column");
    this.column = column - 1;
    this.row = wholeNumber(bytes, i, end);
  }

  #readContent(bytes: Buffer, from: number): number {
    const inner = this.#inner;
    let i = from;
    let unknown = 0;
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
      if (!readTag(bytes, i, inner)) return -1;
      i = inner.next;
      if (unknown > 0) {
        if (!inner.isEmpty) unknown += inner.isClosing ? -1 : 1;
      } else if (inner.isClosing) {
        if (inner.name === Name.c) return i;
        if (inner.name === Name.row) throw new PartError("has a cell without an end");
      } else if (inner.name === Name.v || inner.name === Name.f) {
        const end = inner.isEmpty ? i : textEnd(bytes, i);
        if (end < 0) return -1;
        if (inner.name === Name.f) {
          this.hasFormula = true;
        } else {
          this.hasValue = true;
          this.start = i;
          this.end = end;
        }
        i = end;
      } else if (inner.name === Name.is && !inner.isEmpty) {
        i = this.inline.read(bytes, i, Name.is);
        if (i < 0) return -1;
        this.isInline = true;
      } else if (!inner.isEmpty) {
        // Extensions may use names of their own, v and row among them.
        unknown = 1;
      }
    }
  }
}

/** A whole number of digits only, -1 for anything else. */
export function wholeNumber(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i] as number;
    if (c < Byte.zero || c > Byte.nine) return -1;
    value = value * 10 + (c - Byte.zero);
  }
  return end > start ? value : -1;
}
