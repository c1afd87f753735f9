import { expect, test } from "vitest";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import { openFiles } from "../../src/ingest/open-files.ts";
import { namedTables } from "../../src/ingest/pick-tables.ts";
import type { Watch } from "../../src/ingest/source-table.ts";
import { raw } from "../../src/sql/statement.ts";
import { madeFile, main, office, partsOf, relationsXml, sheetXml } from "./xlsx/made-workbook.ts";
import { zip } from "./xlsx/zip.ts";

type Cell = string | number;
type Rows = readonly (readonly Cell[])[];

const FULL = 8;
const header = ["Card ID", "User ID", "Card Brand"];
const card = (id: number): Cell[] => [id, id + 100, id % 2 === 0 ? "Visa" : "Mastercard"];
const cards = (from: number, to: number): Cell[][] =>
  Array.from({ length: to - from + 1 }, (_, i) => card(from + i));
const first = [header, ...cards(1, FULL - 1)];

/** A workbook of these sheets, in this order. */
function book(sheets: Readonly<Record<string, Rows>>): string {
  const names = Object.keys(sheets);
  const cell = (value: Cell) =>
    typeof value === "number" ? `<c><v>${value}</v></c>` : `<c t="inlineStr"><is><t>${value}</t></is></c>`;
  const xml = (rows: Rows) =>
    sheetXml(rows.map((row, i) => `<row r="${i + 1}">${row.map(cell).join("")}</row>`).join(""));
  const list = names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`);
  return madeFile(
    zip(
      partsOf({
        workbook: `<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${list.join("")}</sheets></workbook>`,
        relations: relationsXml(
          names.map((_, i) => [`rId${i + 1}`, "worksheet", `worksheets/s${i + 1}.xml`]),
        ),
        parts: Object.fromEntries(
          Object.values(sheets).map((rows, i) => [`xl/worksheets/s${i + 1}.xml`, xml(rows)]),
        ),
      }),
    ),
  );
}

async function open(path: string, rows = FULL) {
  const engine = await openDuckDB();
  const files = await openFiles(engine, [path], { rows });
  return {
    names: files.tables.map(({ sheet }) => sheet),
    async load(name?: string, watch?: Watch) {
      const [source] = namedTables(files.tables, name);
      const wanted = header.map((_, index) => ({ name: `c${index}`, index, cardNumber: false }));
      const headerRow = source?.preview.findIndex((row) => row[0] === header[0]) ?? 0;
      const loaded = await source?.load(engine, "loaded", wanted, headerRow, watch);
      const { rows } = await engine.query(
        raw(`select ${loaded?.row} as r, c0, c1, c2 from loaded order by r`),
      );
      return rows.map((row) => Object.values(row));
    },
    async [Symbol.asyncDispose]() {
      await files[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  };
}

const numbered = (rows: Rows, from: number) => rows.map((row, i) => [from + i, ...row]);

test("a full sheet goes on in the next: one table, its rows numbered on", async () => {
  const second = [header, ...cards(8, 14)];
  await using files = await open(
    book({ cards: first, cards_2: second, cards_3: [header, ...cards(15, 16)] }),
  );
  expect(files.names).toEqual(["cards, cards_2, cards_3"]);
  expect(await files.load()).toEqual([
    ...numbered(cards(1, 7), 2),
    ...numbered(cards(8, 14), FULL + 2),
    ...numbered(cards(15, 16), 2 * FULL + 2),
  ]);
});

test("a part of it can be named alone, and the whole by all its names", async () => {
  await using files = await open(book({ cards: first, cards_2: [header, ...cards(8, 9)] }));
  expect(await files.load("cards_2")).toEqual(numbered(cards(8, 9), 2));
  expect(await files.load("cards, cards_2")).toHaveLength(9);
});

test("under a title, and without the headers again", async () => {
  await using files = await open(
    book({
      "All cards (1)": [["Cards of the bank"], header, ...cards(1, 6)],
      "All cards (2)": [header, ...cards(7, 13)],
      "All cards (3)": cards(14, 15),
    }),
  );
  expect(files.names).toHaveLength(1);
  expect(await files.load()).toEqual([
    ...numbered(cards(1, 6), 3),
    ...numbered(cards(7, 13), FULL + 2),
    ...numbered(cards(14, 15), 2 * FULL + 1),
  ]);
});

test("a sheet that is not full is not continued: which one is meant must be said", async () => {
  // so long that it could be full as far as its first rows tell
  const long = [header, ...cards(1, 250)];
  await using files = await open(book({ cards: long, cards_2: [header, ...cards(251, 260)] }), 300);
  await expect(files.load("cards, cards_2")).rejects.toMatchObject({
    code: "DATA_REFUSED",
    message: expect.stringContaining('"cards" and "cards_2" have the same columns, and "cards" is not full'),
    hint: expect.stringContaining("--sheet"),
  });
});

test.each([
  ["another name", { cards: first, cards_backup: [header, ...cards(8, 9)] }],
  ["a year", { "cards 2019": first, "cards 2020": [header, ...cards(8, 9)] }],
  ["a number left out", { cards_1: first, cards_3: [header, ...cards(8, 9)] }],
  ["in the wrong order", { cards_2: [header, ...cards(8, 9)], cards: first }],
  ["other columns", { cards: first, cards_2: [["Card ID", "User ID", "Limit"], ...cards(8, 9)] }],
  [
    "columns in another order",
    {
      cards: first,
      cards_2: [
        ["User ID", "Card ID", "Card Brand"],
        [8, 9, "Visa"],
      ],
    },
  ],
  [
    "no headers, and cells of another kind",
    {
      cards: first,
      cards_2: [
        ["x", 9, "Visa"],
        [10, 11, "Visa"],
      ],
    },
  ],
  ["a few rows", { cards: [header, card(1)], cards_2: [header, card(1)] }],
])("sheets that do not continue one another: %s", async (_, sheets) => {
  await using files = await open(book(sheets));
  expect(files.names).toEqual(Object.keys(sheets));
});

test("tells how far it has read, over all sheets, and stops when told to", async () => {
  const path = book({ cards: first, cards_2: [header, ...cards(8, 9)] });
  await using files = await open(path);
  const shares: number[] = [];
  await files.load(undefined, { onRead: (share) => shares.push(share) });
  expect(shares.length).toBeGreaterThan(1);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
  const stop = new AbortController();
  const reason = new Error("enough");
  const load = files.load(undefined, { signal: stop.signal, onRead: () => stop.abort(reason) });
  await expect(load).rejects.toBe(reason);
});
