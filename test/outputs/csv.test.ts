import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import Papa from "papaparse";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { analysisCsv, csvCell, issuesCsv } from "../../src/outputs/csv.ts";
import { label } from "../../src/schema/columns.ts";
import { raw } from "../../src/sql/statement.ts";
import { findings, listResult, result } from "./findings.ts";

const read = (chunks: AsyncIterable<string>) => text(Readable.from(chunks));

test("a list is a header and a line per row, quoted by RFC 4180", async () => {
  expect(await read(analysisCsv(findings(), listResult))).toBe(
    [
      "user_id,city,debt_to_income,total_debt_usd,latitude,opened_on,has_chip",
      `7,"'=HYPERLINK(""http://x"",""y"")",0.30000000000000004,-1234.5,-27.8,2002-09,true`,
      `12,"St. John's, ""NL""\r\nCanada",1e-7,0,90,1999-12,false`,
      "1000001,,2,12345678.9,0,2020-01,true",
      "",
    ].join("\r\n"),
  );
});

test("issues have a line per cell", async () => {
  expect(await read(issuesCsv(findings()))).toBe(
    "code,severity,table,column,row,value,action\r\n" +
      "date_in_number,warning,users,latitude,12,2024-08-27,value is missing\r\n" +
      `unreadable_value,error,users,age,13,"'@SUM(A1), or so",value is missing\r\n`,
  );
});

test("an analysis without rows is a header", async () => {
  const empty = result(listResult.analysis, []);
  const written = await read(analysisCsv(findings({ results: [empty] }), empty));
  expect(written).toBe("user_id,city,debt_to_income,total_debt_usd,latitude,opened_on,has_chip\r\n");
});

test.each(["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "=", "-"])("text %j is no formula", (text) => {
  const [[cell]] = Papa.parse<[string]>(csvCell(text)).data as [[string]];
  expect(cell).toBe(`'${text}`);
});

test("numbers are never guarded, text ids are", () => {
  expect([-1, -0.5, 1e21, true, null].map(csvCell)).toEqual(["-1", "-0.5", "1e+21", "true", ""]);
  expect(csvCell("-12")).toBe("'-12");
});

let folder: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-csv-"));
  engine = await openDuckDB();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test("any text comes back from another program's reader", async () => {
  const anyText = fc.string({ unit: fc.constantFrom(..."=+-@'\",;\t\r\n aé漢") });
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 20 }), async (texts) => {
      const texted = result(
        { id: "t", columns: { a: label("A", ""), b: label("B", "") } },
        texts.map((a) => ({ a, b: "x" })),
      );
      const path = join(folder, "t.csv");
      await writeFile(path, await read(analysisCsv(findings({ results: [texted] }), texted)));
      const back = await engine.query(
        raw(
          `select a from read_csv('${path}', all_varchar = true, header = true, quote = '"', delim = ',', new_line = '\\r\\n', auto_detect = false, columns = {'a': 'varchar', 'b': 'varchar'})`,
        ),
      );
      const guarded = texts.map((t) => (/^[=+\-@\t\r\n]/.test(t) ? `'${t}` : t));
      expect(back.rows.map(({ a }) => a ?? "")).toEqual(guarded);
    }),
    { numRuns: 50 },
  );
});

test("rows are pulled as they are read: nothing is gathered", async () => {
  let asked = 0;
  const endless = findings({
    async *rows() {
      for (;;) yield [{ ...listResult.rows[0], user_id: asked++ }];
    },
  });
  let taken = 0;
  for await (const _ of analysisCsv(endless, listResult)) if (++taken === 5) break;
  expect(asked).toBe(4);
});
