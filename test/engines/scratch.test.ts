import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import { lock } from "../../src/engines/locked.ts";
import { openScratch } from "../../src/engines/scratch.ts";
import { raw } from "../../src/sql/statement.ts";

let folder: string;
const path = () => join(folder, "portfolio.duckdb");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("what is written is in no log, every connection sees it, and closing puts it into the file", async () => {
  {
    await using engine = await openScratch(path());
    await engine.execute(raw("create table numbers as select range as n from range(10)"));
    await using other = await engine.connect();
    await other.execute(raw("insert into numbers values (10)"));
    await using third = await other.connect();
    expect((await third.query(raw("select count(*) as n from main.numbers"))).rows).toEqual([{ n: 11 }]);
    expect(existsSync(`${path()}.wal`)).toBe(false);
  }
  await using again = await openDuckDB(path());
  expect((await again.query(raw("select sum(n) as n from numbers"))).rows).toEqual([{ n: 55 }]);
});

test("a locked one can be written, spills, and refuses files, extensions and settings", async () => {
  {
    await using engine = await openScratch(path());
    await engine.execute(raw("create table numbers as select range as n from range(1_000_000)"));
  }
  const spill = join(folder, "spill");
  await using engine = await openScratch(path(), {
    temp_directory: spill,
    memory_limit: "40MB",
    threads: "1",
  });
  await lock(engine);
  await using reader = await engine.connect();
  await reader.execute(raw("create schema look"));
  await reader.execute(
    raw("create table look.numbers as select n, hash(n) as h, hash(n + 1) as g from main.numbers order by h"),
  );
  expect(existsSync(spill)).toBe(true);
  await reader.execute(raw("set search_path = 'look,main'"));
  expect((await reader.query(raw("select count(h) as n from numbers"))).rows).toEqual([{ n: 1_000_000 }]);
  for (const refused of [
    `from read_text('${path()}')`,
    `copy main.numbers to '${join(folder, "out.csv")}'`,
    `attach '${join(folder, "other.duckdb")}'`,
    "install httpfs",
    "set threads = 2",
    "set enable_external_access = true",
  ])
    await expect(reader.execute(raw(refused)), refused).rejects.toThrow(/refused the query/);
});
