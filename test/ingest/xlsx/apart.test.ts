import { Worker } from "node:worker_threads";
import { expect, test, vi } from "vitest";
import { openDuckDB } from "../../../src/engines/duckdb.ts";
import { CardscopeError } from "../../../src/errors.ts";
import { openFiles } from "../../../src/ingest/open-files.ts";
import { type Answer, BATCHES_AHEAD } from "../../../src/ingest/xlsx/thread-messages.ts";
import { openWorkbook, type WorkbookLimits } from "../../../src/ingest/xlsx/workbook.ts";
import { openWorkbookApart } from "../../../src/ingest/xlsx/workbook-apart.ts";
import { raw } from "../../../src/sql/statement.ts";
import { madeFile, madeWorkbook, partsOf } from "./made-workbook.ts";
import { collector } from "./read-cells.ts";
import { zip } from "./zip.ts";

const ROWS = 30_000;
/** Numbers, dates, booleans, errors, formulas, and texts that are shared, inline, repeated, long and not ASCII. */
const row = (i: number): string =>
  `<row r="${i}"><c r="A${i}"><v>${i}.25</v></c><c r="B${i}" t="s"><v>${i % 3}</v></c>` +
  `<c r="C${i}" t="inlineStr"><is><t>Zürich ${i % 5}, and a text that is longer than twelve bytes</t></is></c>` +
  `<c r="D${i}" s="1"><v>${40_000 + i}</v></c><c r="E${i}" t="b"><v>${i % 2}</v></c>` +
  `${i % 7 === 0 ? `<c r="F${i}" t="e"><v>#N/A</v></c>` : `<c r="F${i}"><f>A${i}</f></c>`}</row>`;
const rows = (count: number) => Array.from({ length: count }, (_, i) => row(i + 1)).join("");
const strings =
  "<si><t>a &amp; b</t></si><si><t>plain</t></si><si><r><t>of </t></r><r><t>pieces</t></r></si>";
const large = madeWorkbook({ rows: rows(ROWS), strings });

const damaged = madeFile(
  zip(
    partsOf({ rows: rows(20_000), strings }).map((part) =>
      part.name.includes("sheet1") ? { ...part, claims: { crc32: 1 } } : part,
    ),
  ),
);

async function read(open: typeof openWorkbook, limits: Partial<WorkbookLimits> = {}, path = large) {
  await using workbook = await open(path, limits);
  const { onBatch, table } = collector();
  const counts = await workbook.read("data", { columns: [5, 0, 1, 2, 3, 4] }, onBatch);
  return { sheets: workbook.sheets, lastRow: workbook.lastRow, counts, table };
}

test("a thread reads what is read here", async () => {
  const apart = await read(openWorkbookApart);
  expect(apart.counts.rows).toBe(ROWS);
  expect(apart).toEqual(await read(openWorkbook));
});

test.each([
  ["no workbook", madeFile("no workbook"), {}],
  ["no file", "missing.xlsx", {}],
  ["a limit of the whole", large, { sheets: 0 }],
  ["a limit met half way", large, { rows: ROWS / 2 }],
  ["damaged at its end", damaged, {}],
  ["cut off", madeFile(zip(partsOf({ rows: rows(20_000) })).subarray(0, 9_999)), {}],
  [
    "another sheet",
    madeWorkbook({ workbook: '<workbook><sheets><sheet name="x"/></sheets></workbook>' }),
    {},
  ],
])("is refused with the same words: %s", async (_, path, limits) => {
  const failure = (open: typeof openWorkbook) =>
    read(open, limits, path).then(
      () => undefined,
      (error: unknown) => error,
    );
  const [there, here] = [await failure(openWorkbookApart), await failure(openWorkbook)];
  expect(here).toMatchObject({ code: expect.any(String), hint: expect.any(String) });
  const words = (error: unknown) => {
    if (!(error instanceof CardscopeError)) throw error;
    const { code, message, hint, cause } = error;
    return [code, message, hint, cause instanceof Error ? cause.message : cause];
  };
  expect(words(there)).toEqual(words(here));
});

test("several sheets, or one several times, at the same time", async () => {
  await using workbook = await openWorkbookApart(large);
  const tables = await Promise.all(
    [100, 5_000, ROWS].map(async (maxRows) => {
      const { onBatch, table } = collector();
      await workbook.read("data", { columns: [0], maxRows }, onBatch);
      return table.rows.length;
    }),
  );
  expect(tables).toEqual([100, 5_000, ROWS]);
});

test("stops at once when told to, and can be read again", async () => {
  await using workbook = await openWorkbookApart(large);
  const stop = new AbortController();
  const reason = new Error("enough");
  let batches = 0;
  const reading = workbook.read("data", { signal: stop.signal }, () => {
    batches++;
    stop.abort(reason);
  });
  await expect(reading).rejects.toBe(reason);
  expect(batches).toBe(1);
  const counts = await workbook.read("data", { columns: [0] }, () => {});
  expect(counts.rows).toBe(ROWS);
});

test("what the reader of batches throws is thrown, and nothing more is given to it", async () => {
  await using workbook = await openWorkbookApart(large);
  let batches = 0;
  const reading = workbook.read("data", {}, async () => {
    batches++;
    throw new TypeError("no room");
  });
  await expect(reading).rejects.toThrow("no room");
  expect(batches).toBe(1);
});

test("does not run ahead of a slow reader", async () => {
  await using workbook = await openWorkbookApart(large);
  const sent = vi.spyOn(Worker.prototype, "emit");
  const batches = () =>
    sent.mock.calls.filter(([, answer]) => (answer as Answer | undefined)?.type === "batch").length;
  let given = 0;
  await workbook.read("data", { columns: [0] }, async (batch) => {
    // time enough for all of the sheet
    if (given === 0) await new Promise((resolve) => setTimeout(resolve, 1000));
    if (given === 0) expect(batches()).toBe(BATCHES_AHEAD);
    given += batch.rows;
  });
  expect(given).toBe(ROWS);
  expect(batches()).toBeGreaterThan(2 * BATCHES_AHEAD);
  sent.mockRestore();
});

test("closed while it is read, it fails and does not wait for ever", async () => {
  const workbook = await openWorkbookApart(large);
  const reading = workbook.read("data", {}, async () => {
    await workbook[Symbol.asyncDispose]();
  });
  await expect(reading).rejects.toThrow("closed while it was read");
  await expect(workbook.read("data", {}, () => {})).rejects.toThrow("closed");
});

test("a file is read by a thread where it is large, and here where it is small", async () => {
  const wide = madeWorkbook({ rows: rows(20_000), strings, part: { isStored: true } });
  const small = madeWorkbook({ rows: rows(10), strings });
  const orders = vi.spyOn(Worker.prototype, "postMessage");
  await using engine = await openDuckDB();
  const load = async (path: string) => {
    await using files = await openFiles(engine, [path]);
    const wanted = [0, 1, 2, 3, 4, 5].map((index) => ({ name: `c${index}`, index, cardNumber: false }));
    await files.tables[0]?.load(engine, "loaded", wanted, -1);
    const { rows: read } = await engine.query(raw("select * from loaded order by row"));
    return read;
  };
  const few = await load(small);
  expect(orders).not.toHaveBeenCalled();
  const many = await load(wide);
  expect(orders).toHaveBeenCalled();
  orders.mockRestore();
  expect(many).toHaveLength(20_000);
  expect(many.slice(0, 10)).toEqual(few);
});
