import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import { RawTable } from "../../src/ingest/raw-table.ts";
import { CellKind, CellWriter } from "../../src/ingest/xlsx/cells.ts";
import { raw } from "../../src/sql/statement.ts";

const engine = await openDuckDB();
afterAll(() => engine[Symbol.asyncDispose]());

type Cell = number | string | boolean | { day: string } | null;

/** Writes rows in batches of the given size, and reads the table back. */
async function through(
  rows: readonly (readonly Cell[])[],
  batch: number,
  { cardNumber = false, name = "target" } = {},
) {
  const wanted = (rows[0] ?? []).map((_, index) => ({ name: `c${index}`, index, cardNumber }));
  const target = new RawTable(engine, name, wanted);
  for (let at = 0; at < rows.length; at += batch) {
    const cells = new CellWriter(wanted.length, batch);
    rows.slice(at, at + batch).forEach((row, r) => {
      for (const [i, cell] of row.entries()) put(cells, i, cell);
      cells.mark();
      cells.endRow(at + r + 1);
    });
    await target.append(cells);
  }
  await target.close();
  const types = (await engine.query(raw(`describe ${name}`))).rows.map((row) => row["column_type"]);
  const { rows: read } = await engine.query(raw(`select * from ${name} order by row`));
  return { types: types.slice(1), rows: read.map((row) => Object.values(row)) };
}

function put(cells: CellWriter, column: number, cell: Cell): void {
  if (cell === null) return;
  if (typeof cell === "number") cells.setNumber(column, CellKind.number, cell);
  else if (typeof cell === "boolean") cells.setNumber(column, CellKind.boolean, Number(cell));
  else if (typeof cell === "string") cells.setText(column, CellKind.text, cells.texts.addString(cell));
  else cells.setNumber(column, CellKind.date, Date.parse(cell.day) / 86_400_000);
}

const shown = (cell: Cell) =>
  cell === null ? null : typeof cell === "object" ? cell.day : typeof cell === "string" ? cell : String(cell);
const own = (cell: Cell) => (cell !== null && typeof cell === "object" ? cell.day : cell);

const typeOf = (cell: Cell): string =>
  typeof cell === "number"
    ? "DOUBLE"
    : typeof cell === "boolean"
      ? "BOOLEAN"
      : typeof cell === "string"
        ? "VARCHAR"
        : "DATE";

const number = fc.oneof(
  fc.integer(),
  fc.integer().map((n) => n / 100),
);
const text = fc.string({ unit: "grapheme", maxLength: 30 }).filter((s) => s !== "" && !s.includes("\0"));
const day = fc
  .date({ min: new Date("1901-01-01"), max: new Date("2199-12-31"), noInvalidDate: true })
  .map((date) => ({ day: date.toISOString().slice(0, 10) }));
const one = fc.constantFrom<fc.Arbitrary<Cell>>(number, text, day, fc.boolean());
const column = fc.oneof(
  { weight: 4, arbitrary: one },
  { weight: 1, arbitrary: fc.constant<fc.Arbitrary<Cell>>(fc.oneof(number, text, day, fc.boolean())) },
);

test("every cell comes back, in the column's own type or as text", async () => {
  const tables = fc.array(column, { minLength: 1, maxLength: 4 }).chain((cells) =>
    fc.array(fc.tuple(...cells.map((cell) => fc.option(cell, { freq: 3 }))), {
      minLength: 1,
      maxLength: 90,
    }),
  );
  await fc.assert(
    fc.asyncProperty(tables, fc.integer({ min: 1, max: 100 }), async (rows, batch) => {
      const { types, rows: read } = await through(rows, batch);
      const kinds = types.map((_, i) => new Set(rows.flatMap((row) => row[i] ?? []).map(typeOf)));
      kinds.forEach((found, i) => {
        if (found.size > 1 || found.has("VARCHAR")) expect(types[i]).toBe("VARCHAR");
        // a column that is empty in its first batch is text
        else if (batch >= rows.length && found.size === 1) expect(types[i]).toBe([...found][0]);
      });
      expect(read).toEqual(
        rows.map((row, r) => [
          r + 1,
          ...row.map((cell, i) => (types[i] === "VARCHAR" ? shown(cell) : own(cell))),
        ]),
      );
    }),
    { numRuns: 150 },
  );
});

test("the last bit of a number, and texts around the length of the engine's short ones", async () => {
  const texts = [11, 12, 13, 4096].flatMap((n) => ["x".repeat(n), `${"x".repeat(n - 2)}é`]);
  const numbers = [0.1 + 0.2, -0, 5e-324, 1.7976931348623157e308, 2 ** 53 + 2, 1 / 3, -1e-7, 123456789.125];
  const rows = texts.map((text, i) => [text, numbers[i] ?? 0]);
  const { rows: read } = await through(rows, 3);
  expect(read.map(([, text]) => text)).toEqual(texts);
  const bits = (values: readonly unknown[]) =>
    values.map((n) => Buffer.from(Float64Array.of(n as number).buffer).toString("hex"));
  expect(bits(read.map(([, , n]) => n))).toEqual(bits(numbers));
});

test("a chunk that had nulls and long texts is clean for the next", async () => {
  const rows: Cell[][] = [
    ["a text that is longer than a short one", null, null],
    [null, 1, true],
    ["short", 2, false],
    ["b", 3, true],
  ];
  expect((await through(rows, 2)).rows).toEqual(rows.map((row, i) => [i + 1, ...row]));
});

test("two tables at the same time, over one connection", async () => {
  const rows = Array.from({ length: 9_000 }, (_, i): Cell[] => [i, i < 6_000 ? i / 4 : `text number ${i}`]);
  const names = ["one", "other"];
  await Promise.all(
    names.map((name) =>
      through(rows, 2_000, { name }).then(({ rows: read }) => {
        expect(read).toEqual(rows.map(([n, cell], i) => [i + 1, n, String(cell)]));
      }),
    ),
  );
});

test("card numbers are cut before the table holds them, whatever the cell", async () => {
  const rows = [["4000 1234 5678 9017"], [4000123456789010], [123456], ["**** 9017"], [null], ["none"]];
  const { rows: read } = await through(rows, 10, { cardNumber: true });
  expect(read.map(([, value]) => value)).toEqual(["16:9017", "0:", "6:3456", "4:9017", null, "0:"]);
});
