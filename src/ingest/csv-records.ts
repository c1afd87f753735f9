/** One record of a csv text. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** A quote is not closed, is closed within a field, or the record is too long: its cells cannot be trusted. */
  readonly isBroken: boolean;
}

/** A record longer than this is none: a quote was left open, or there are no line ends. */
const MOST = 4 * 1024 * 1024;
const LINE_END = /[\r\n]/g;

/**
 * Splits text that comes in pieces into records, so that the n-th record is the n-th row of a spreadsheet: empty
 * lines count, line ends within quotes do not. Lines may end in any of the three ways, mixed.
 */
export class CsvSplitter {
  readonly #delimiter: string;
  #text = "";
  #at = 0;
  /** Within the rest of a line that was too long. */
  #isSkipping = false;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** The records that `text` completes; `isLast` completes the last one. */
  *split(text: string, isLast = false): Generator<CsvRecord> {
    this.#text = this.#text.slice(this.#at) + text;
    this.#at = 0;
    while (this.#at < this.#text.length) {
      if (this.#isSkipping) {
        const end = this.#lineEnd(this.#at, isLast);
        if (end === undefined) {
          this.#at = this.#text.length;
          return;
        }
        this.#isSkipping = false;
        this.#at = end.next;
        continue;
      }
      const record = this.#next(isLast);
      if (record === undefined) return;
      yield record;
    }
  }

  #next(isLast: boolean): CsvRecord | undefined {
    const start = this.#at;
    const line = this.#lineEnd(start, isLast);
    if (line !== undefined) {
      const text = this.#text.slice(start, line.end);
      if (!text.includes('"')) {
        this.#at = line.next;
        return { cells: text.split(this.#delimiter), isBroken: false };
      }
    }
    const record = line === undefined ? undefined : this.#quoted(start, isLast);
    if (record !== undefined && this.#at - start <= MOST) return record;
    if (!isLast && this.#text.length - start <= MOST) {
      this.#at = start;
      return undefined;
    }
    // what follows an open quote is more likely rows than one cell
    const broken = line ?? { end: this.#text.length, next: this.#text.length };
    this.#isSkipping = line === undefined;
    this.#at = broken.next;
    return { cells: [], isBroken: true };
  }

  /** The record from `at` on, cell by cell; undefined where the text ends before it does. */
  #quoted(start: number, isLast: boolean): CsvRecord | undefined {
    const cells: string[] = [];
    let isBroken = false;
    for (let at = start; ; ) {
      let cell: string;
      if (this.#text[at] === '"') {
        const end = this.#closingQuote(at + 1);
        if (end === undefined || (end + 1 === this.#text.length && !isLast)) return undefined;
        cell = this.#text.slice(at + 1, end).replaceAll('""', '"');
        at = end + 1;
        while (this.#text[at] === " ") at++;
      } else {
        const next = this.#cellEnd(at);
        cell = this.#text.slice(at, next);
        at = next;
      }
      cells.push(cell);
      if (this.#text.startsWith(this.#delimiter, at)) {
        at += this.#delimiter.length;
        continue;
      }
      const line = this.#lineEnd(at, isLast);
      if (line === undefined) return undefined;
      isBroken ||= line.end !== at;
      this.#at = line.next;
      return { cells, isBroken };
    }
  }

  #closingQuote(from: number): number | undefined {
    for (let at = this.#text.indexOf('"', from); at >= 0; at = this.#text.indexOf('"', at + 2))
      if (this.#text[at + 1] !== '"') return at;
    return undefined;
  }

  #cellEnd(from: number): number {
    for (let at = from; at < this.#text.length; at++) {
      const c = this.#text[at];
      if (c === this.#delimiter || c === "\n" || c === "\r") return at;
    }
    return this.#text.length;
  }

  /** Where the line ends and the next begins; undefined where the text at hand does not tell. */
  #lineEnd(from: number, isLast: boolean): { end: number; next: number } | undefined {
    LINE_END.lastIndex = from;
    const found = LINE_END.exec(this.#text);
    if (found === null) return isLast ? { end: this.#text.length, next: this.#text.length } : undefined;
    const end = found.index;
    if (found[0] === "\n") return { end, next: end + 1 };
    // the other half of \r\n may come with the next piece
    if (end + 1 === this.#text.length && !isLast) return undefined;
    return { end, next: this.#text[end + 1] === "\n" ? end + 2 : end + 1 };
  }
}

/** The records of a whole text, at most `most`. */
export function csvRecords(text: string, delimiter: string, most: number): CsvRecord[] {
  const found: CsvRecord[] = [];
  for (const record of new CsvSplitter(delimiter).split(text, true)) {
    found.push(record);
    if (found.length === most) break;
  }
  return found;
}

const DELIMITERS = [",", ";", "\t", "|"];

/** The delimiter under which most rows are equally wide; of two, the one that gives more columns. */
export function guessDelimiter(text: string, rows: number): string {
  const judged = DELIMITERS.map((delimiter) => {
    const widths = csvRecords(text, delimiter, rows).map(({ cells }) => cells.length);
    const counts = new Map<number, number>();
    for (const width of widths) if (width > 1) counts.set(width, (counts.get(width) ?? 0) + 1);
    const [width = 0, count = 0] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [];
    return { delimiter, width, count };
  });
  return judged.reduce((a, b) => (b.count > a.count || (b.count === a.count && b.width > a.width) ? b : a))
    .delimiter;
}
