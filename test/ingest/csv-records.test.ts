import fc from "fast-check";
import { expect, test } from "vitest";
import { CsvSplitter, csvRecords, guessDelimiter } from "../../src/ingest/csv-records.ts";

const cells = (text: string, delimiter = ",") =>
  csvRecords(text, delimiter, Number.POSITIVE_INFINITY).map((record) =>
    record.isBroken ? "broken" : record.cells,
  );

test.each([
  [
    "a,b\nc,d",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "a,b\r\nc,d\r\n",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  [
    "a,b\rc,d\r",
    [
      ["a", "b"],
      ["c", "d"],
    ],
  ],
  ["a\n\nb\r\n\r\nc", [["a"], [""], ["b"], [""], ["c"]]],
  ['"a,b","c\nd","e""f"\ng', [["a,b", "c\nd", 'e"f'], ["g"]]],
  ['a"b,5" disk\n', [['a"b', '5" disk']]],
  ['"a" ,b\n', [["a", "b"]]],
  ['"a"x,b\nc,d\n', ["broken", ["c", "d"]]],
  ['a,"b\nc,d\ne,f\n', ["broken", ["c", "d"], ["e", "f"]]],
  ['""\n', [[""]]],
  ['a,""', [["a", ""]]],
  ["", []],
])("%j", (text, expected) => expect(cells(text)).toEqual(expected));

const cell = fc.string({
  unit: fc.constantFrom("a", "7", '"', ",", "\n", "\r", " ", "é", "😀", ";", "."),
  maxLength: 8,
});
const print = (rows: readonly (readonly string[])[], lineEnd: string) =>
  rows
    .map((row) =>
      row.map((text) => (/[",\r\n]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(","),
    )
    .join(lineEnd) + lineEnd;

test("what was printed is read, however the text is cut into pieces", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.array(fc.nat(60), { maxLength: 6 }),
      (rows, lineEnd, cuts) => {
        const text = print(rows, lineEnd);
        const ends = [...new Set(cuts.filter((cut) => cut < text.length))].sort((a, b) => a - b);
        const splitter = new CsvSplitter(",");
        const records = [0, ...ends].flatMap((start, i) => {
          const isLast = i === ends.length;
          return [...splitter.split(text.slice(start, isLast ? undefined : ends[i]), isLast)];
        });
        expect(records).toEqual(rows.map((row) => ({ cells: row, isBroken: false })));
      },
    ),
    { numRuns: 300 },
  );
});

test("a line without an end is given up before it fills memory, and the next one is read", () => {
  const splitter = new CsvSplitter(",");
  const piece = "1".repeat(1024 * 1024);
  const broken = Array.from({ length: 40 }, () => [...splitter.split(piece)]).flat();
  expect(broken).toEqual([{ cells: [], isBroken: true }]);
  expect([...splitter.split("\na,b\n", true)]).toEqual([{ cells: ["a", "b"], isBroken: false }]);
});

test.each([
  ["a;b;c\n1,5;2,5;3\n", ";"],
  ["a\tb,c\n1\t2\n", "\t"],
  ["a|b\n1|2\n", "|"],
  ["title\na,b\n1,2\n", ","],
  ['"x;y;z",b\n"1;2;3",2\n', ","],
])("delimiter of %j", (text, delimiter) => expect(guessDelimiter(text, 200)).toBe(delimiter));
