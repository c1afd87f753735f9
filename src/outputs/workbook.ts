import { type WorkbookProperties, writeXlsx, XLSX_MAX_ROWS_PER_SHEET } from "hucre";
import { type Entry, fromBufferPromise } from "yauzl";
import type { ResultRow } from "../engines/engine.ts";
import { CardscopeError } from "../errors.ts";
import type { ReportFindings } from "./document.ts";
import { stampLine, stampOf } from "./stamp.ts";
import { cellOf, rowXml, text } from "./workbook-cells.ts";
import {
  dimension,
  HEADER,
  type Page,
  planSheets,
  planTable,
  printTitles,
  type Table,
} from "./workbook-sheets.ts";
import { type ZipPart, zip } from "./zip.ts";

/** Pieces of a sheet are gathered to about this length. */
const CHUNK = 65_536;

/**
 * The workbook in chunks, in constant memory: a sheet per analysis, native charts, typed cells, no formulas.
 *
 * The library writes charts only with a whole workbook in memory and streams only a single sheet without them.
 * So it makes the workbook with one row in each list, and the list's rows take that row's place, in its formats,
 * while the archive is written anew.
 *
 * @param maxRows rows of a sheet before the list goes on in the next one
 */
export async function* workbookChunks(
  findings: ReportFindings,
  { maxRows = XLSX_MAX_ROWS_PER_SHEET }: { maxRows?: number } = {},
): AsyncGenerator<Uint8Array> {
  const pages = planSheets(findings, maxRows);
  const stamp = findings.look && stampOf(findings.look);
  const properties = {
    title: stamp?.isPart ? "Cardscope report on a part of the portfolio" : "Cardscope report",
    ...(stamp && { subject: text(`As of ${findings.asOf}. ${stampLine(stamp)}`) }),
  };
  yield* written(pages, properties, findings.asOf, (id) => findings.rows(id));
}

/** A workbook of one table, which goes on in further sheets where it is long. */
export const tableChunks = (
  table: Table,
  asOf: string,
  rows: () => Rows,
  { maxRows = XLSX_MAX_ROWS_PER_SHEET }: { maxRows?: number } = {},
): AsyncGenerator<Uint8Array> => written(planTable(table, maxRows), { title: table.title }, asOf, rows);

type Rows = AsyncIterable<readonly ResultRow[]>;

async function* written(
  pages: readonly Page[],
  properties: WorkbookProperties,
  asOf: string,
  rows: (id: string) => Rows,
): AsyncGenerator<Uint8Array> {
  const frame = await writeXlsx({
    sheets: pages.map(({ sheet }) => sheet),
    namedRanges: pages.flatMap(printTitles),
    // The same findings make the same bytes.
    properties: { ...properties, creator: "Cardscope", modified: new Date(asOf) },
  });
  yield* zip(parts(frame, pages, rows));
}

async function* parts(
  frame: Uint8Array,
  pages: readonly Page[],
  rows: (id: string) => Rows,
): AsyncGenerator<ZipPart> {
  const archive = await fromBufferPromise(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
  const feeds = new Map<string, Feed>();
  try {
    for await (const entry of archive.eachEntry()) {
      const read = async () => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of await archive.openReadStreamPromise(entry as Entry)) chunks.push(chunk);
        return Buffer.concat(chunks);
      };
      const number = /^xl\/worksheets\/sheet(\d+)\.xml$/.exec(entry.fileName)?.[1];
      const page = number === undefined ? undefined : pages[Number(number) - 1];
      if (page?.stream === undefined) {
        yield { path: entry.fileName, data: [await read()] };
        continue;
      }
      const { id } = page.stream;
      const feed = feeds.get(id) ?? new Feed(id, rows(id));
      feeds.set(id, feed);
      yield { path: entry.fileName, data: fill(page, page.stream, (await read()).toString(), feed) };
    }
    for (const feed of feeds.values()) await feed.end();
  } finally {
    for (const feed of feeds.values()) await feed.close();
  }
}

/** A sheet of the frame with its one row replaced by the list's. */
async function* fill(
  page: Page,
  { kinds, rows }: NonNullable<Page["stream"]>,
  xml: string,
  feed: Feed,
): AsyncGenerator<string> {
  const first = HEADER + 2;
  const from = xml.indexOf(`<row r="${first}"`);
  const to = xml.indexOf("</row>", from) + "</row>".length;
  const styles = [...xml.slice(from, to).matchAll(/<c r="[A-Z]+\d+"( s="\d+")?/g)].map(([, s]) => s ?? "");
  if (from < 0 || styles.length !== kinds.length) throw new Error(`no row of formats in ${page.sheet.name}`);
  let text = xml.slice(0, from).replace(/<dimension ref="[^"]*"\/>/, `<dimension ref="${dimension(page)}"/>`);
  for (let written = 0; written < rows; ) {
    const batch = await feed.take(rows - written);
    if (batch.length === 0) break;
    for (const row of batch) {
      const cells = kinds.map(([name, kind]) => cellOf(kind, row[name] ?? null));
      text += rowXml(first + written++, cells, styles);
      if (text.length > CHUNK) {
        yield text;
        text = "";
      }
    }
  }
  yield text + xml.slice(to);
}

/** A list's rows, handed out to one sheet after the other. */
class Feed {
  readonly #id: string;
  readonly #batches: AsyncIterator<readonly ResultRow[]>;
  #batch: readonly ResultRow[] = [];
  #at = 0;

  constructor(id: string, batches: AsyncIterable<readonly ResultRow[]>) {
    this.#id = id;
    this.#batches = batches[Symbol.asyncIterator]();
  }

  /** The next rows, at most so many; none at the end. */
  async take(most: number): Promise<readonly ResultRow[]> {
    while (this.#at === this.#batch.length) {
      const { done, value } = await this.#batches.next();
      if (done === true) return [];
      this.#batch = value;
      this.#at = 0;
    }
    const rows = this.#batch.slice(this.#at, this.#at + most);
    this.#at += rows.length;
    return rows;
  }

  /** A list that grew since it was counted would be cut in silence. */
  async end(): Promise<void> {
    if ((await this.take(1)).length > 0)
      throw new CardscopeError("RESULT_SHAPE", `${this.#id} has more rows than were counted`);
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}
