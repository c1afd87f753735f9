import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import {
  type ScoredRow,
  type ScoresHead,
  scoreCsv,
  scoreFormatOf,
  scoreJson,
  writeScores,
} from "../../src/outputs/model-scores.ts";
import { literal, raw } from "../../src/sql/statement.ts";

const rows: readonly ScoredRow[] = [
  {
    key: "=HYPERLINK(1)",
    pd: 0.25,
    score: 512,
    band: "very_high",
    rank: 1,
    reasons: ['utilisation "0.93": 41 of 60 points lost', "debt to income 0.8"],
  },
  { key: "007", pd: null, score: 640, band: "low", rank: 2, reasons: [] },
];
const head: ScoresHead = {
  model: "scorecard",
  customers: 2,
  unseen: [{ column: "purpose", level: "</script>", rows: 3 }],
  caveats: ["Association."],
};

let here: string;
beforeEach(async () => {
  here = await mkdtemp(join(tmpdir(), "cardscope-scores-"));
});
afterEach(() => rm(here, { recursive: true }));

async function text(chunks: AsyncIterable<string>): Promise<string> {
  let all = "";
  for await (const chunk of chunks) all += chunk;
  return all;
}

test("csv: a line per borrower, quoted, and no formula", async () => {
  expect(await text(scoreCsv(rows))).toBe(
    [
      "key,pd,score,band,rank,reasons",
      `'=HYPERLINK(1),0.25,512,very_high,1,"utilisation ""0.93"": 41 of 60 points lost; debt to income 0.8"`,
      "007,,640,low,2,",
      "",
    ].join("\r\n"),
  );
});

test("json: one document with what is said of all of them, also without rows", async () => {
  expect(JSON.parse(await text(scoreJson(head, rows)))).toEqual({ ...head, scores: rows });
  expect(JSON.parse(await text(scoreJson({ ...head, customers: 0 }, [])))).toEqual({
    ...head,
    customers: 0,
    scores: [],
  });
});

test("parquet: typed columns, more rows than a batch, in their order", async () => {
  const many = Array.from({ length: 3_000 }, (_, i) => ({ ...(rows[i % 2] as ScoredRow), rank: i + 1 }));
  const file = join(here, "scores.parquet");
  await writeScores(file, head, many);
  await using engine = await openDuckDB();
  const read = await engine.query(raw(`select * from read_parquet(${literal(file)})`));
  expect(read.columns).toEqual(["key", "pd", "score", "band", "rank", "reasons"]);
  expect(read.rows).toEqual(many.map((row) => ({ ...row, reasons: row.reasons.join("; ") })));
  expect(await readdir(here)).toEqual(["scores.parquet"]);
});

test("csv and json files hold what is printed; an earlier file is replaced", async () => {
  await writeFile(join(here, "s.csv"), "old");
  await writeScores(join(here, "s.csv"), head, rows);
  expect(await readFile(join(here, "s.csv"), "utf8")).toBe(await text(scoreCsv(rows)));
  await writeScores(join(here, "new", "s.JSON"), head, rows);
  expect(await readFile(join(here, "new", "s.JSON"), "utf8")).toBe(await text(scoreJson(head, rows)));
  expect(await readdir(here)).toEqual(["new", "s.csv"]);
});

test.each(["s.csv", "s.json", "s.parquet"])("nothing is left of %s when it is given up", async (name) => {
  const stop = new AbortController();
  const endless = function* (): Generator<ScoredRow> {
    for (let i = 1; ; i++) {
      if (i === 5_000) stop.abort();
      yield { ...(rows[0] as ScoredRow), rank: i };
    }
  };
  await expect(
    writeScores(join(here, "new", name), head, endless(), { signal: stop.signal }),
  ).rejects.toMatchObject({ name: "AbortError" });
  expect(await readdir(here)).toEqual([]);
});

test("a file that names no format, and a folder, are refused", async () => {
  expect(() => scoreFormatOf("scores.xls")).toThrow("cannot tell the format of scores.xls");
  await expect(writeScores(join(here, "a.csv", "b.csv"), head, rows)).resolves.toBeUndefined();
  await expect(writeScores(join(here, "a.csv"), head, rows)).rejects.toMatchObject({ code: "USAGE" });
});
