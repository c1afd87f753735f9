import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { analyses } from "../../src/analyses/index.ts";
import type { DuckDBEngine } from "../../src/engines/duckdb.ts";
import { openLocked } from "../../src/engines/locked.ts";
import { CardscopeError } from "../../src/errors.ts";
import { openPortfolio } from "../../src/portfolio/portfolio.ts";
import { query } from "../../src/portfolio/select.ts";
import { CARDS, type Folder, openFolder, USERS } from "../ingest/folder.ts";

let folder: Folder;
let engine: DuckDBEngine;
let statements: readonly (readonly [id: string, sql: string, rows: number])[];

beforeAll(async () => {
  folder = await openFolder();
  const database = join(folder.path, "portfolio.duckdb");
  const files = [await folder.file("u.csv", USERS), await folder.file("c.csv", CARDS)];
  const portfolio = await openPortfolio(files, { database });
  const { results } = await portfolio.findings();
  statements = results.map(({ analysis, sql, rows }) => [analysis.id, sql, rows.length]);
  await portfolio.close();
  engine = await openLocked(database);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function failure(text: string, limits = {}): Promise<CardscopeError> {
  try {
    const { rows } = await query(engine, text, limits);
    throw new TypeError(`not refused: ${JSON.stringify(rows).slice(0, 200)}`);
  } catch (error) {
    if (error instanceof CardscopeError) return error;
    throw error;
  }
}

test.each([
  "select 1",
  "select 1;",
  "select 1 -- note",
  "/* ; */ select ';' as x;",
  "\uFEFFselect 1",
  "with recursive t as (select 1 as i union all select i + 1 from t where i < 5) select * from t",
  "values (1)",
  "from users",
  "select * from range(3)",
  "select unnest([1, 2])",
  "describe users",
  "summarize users",
  "show tables",
])("allowed: %s", async (text) => {
  const { columns, rows } = await query(engine, text);
  expect(columns.length).toBeGreaterThan(0);
  expect(rows.length).toBeGreaterThan(0);
});

test.each([
  "",
  ";",
  "-- nothing",
  "select 1; select 2",
  "select 1; drop table users",
  "copy users to 'x.csv'",
  "copy (select 1) to '../cardscope-escape.csv'",
  "install httpfs",
  "load httpfs",
  "attach 'x.db'",
  "detach portfolio",
  "use memory",
  "set memory_limit = '10GB'",
  "set lock_configuration = false",
  "reset lock_configuration",
  "pragma database_list",
  "pragma enable_profiling",
  "call pragma_version()",
  "explain select 1",
  "explain analyze insert into users select * from users",
  "insert into users select * from users",
  "with x as (select 1) insert into users (user_id) select * from x",
  "update users set age = 1",
  "delete from users",
  "drop table users",
  "create table t (a int)",
  "create temp table t as select 1",
  "create view v as select 1",
  "export database 'x'",
  "begin",
  "checkpoint",
  "vacuum",
  "prepare x as select 1",
  "select * from read_csv('/etc/passwd')",
  "select * from read_text('/etc/passwd')",
  "select * from READ_BLOB('/etc/passwd')",
  "select (select count(*) from glob('/*'))",
  "with x as (select * from parquet_scan('/x')) select * from x",
  "select * from duckdb_secrets()",
  "select * from duckdb_settings()",
  "select * from query('select 1')",
  "select * from query_table('users')",
  "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
  "select * from enable_logging(storage = 'file', storage_path = 'x')",
  "select * from enable_profiling()",
  "select * from checkpoint()",
  "select write_log('x')",
  "select list_apply(['x'], lambda x: main.WRITE_LOG(x))",
  "select nextval('s')",
  "select setseed(0.5)",
  "select sleep_ms(1)",
  "select pg_sleep(1)",
  "select current_setting('temp_directory')",
  "select json_serialize_plan('select 1')",
  "from system.main.query('select 1')",
  "summarize from query('select 1')",
  "with x as materialized (from query('select 1')) from x",
  "select 1 order by (from glob('*'))",
  "pivot users on age using count(*)",
  "select 1 \0; drop table users",
])("refused: %j", async (text) => {
  const error = await failure(text);
  expect(error.code).toBe("QUERY_REFUSED");
  expect(error.exitCode).toBe(2);
});

test.each([
  "select * from '/etc/passwd'",
  "from '/etc/passwd.csv'",
  "select getenv('HOME')",
  "select * from users) result; drop table users; --",
  "select 1) x, (select 2",
  "select * from nope",
  "with x as (insert into users (user_id) values (9) returning *) select * from x",
  "select * from (insert into users (user_id) values (9) returning *)",
  "from (delete from users returning *)",
  "select * from users for update",
  "describe (insert into users (user_id) values (9))",
])("failed: %s", async (text) => {
  const error = await failure(text);
  expect(error.code).toBe("QUERY_FAILED");
  expect(error.message).not.toContain("root:");
});

test("where the parser stops is marked, after letters of several bytes too", async () => {
  const { message } = await failure("select 'é', '💳', 1\nfrom users wher age > 1");
  const [, line, mark] = /LINE 2: (.*)\n( *\^)$/.exec(message) ?? [];
  expect(line).toBe("from users wher age > 1");
  expect(mark).toBe(`${" ".repeat("LINE 2: from users wher ".length)}^`);
});

test("nothing was written, and the portfolio is what it was", async () => {
  expect((await readdir(folder.path)).sort()).toEqual(["0", "1", "portfolio.duckdb"]);
  expect((await query(engine, "select count(*) as n from users")).rows).toEqual([{ n: 3 }]);
});

test("every analysis' own SQL runs as it is published", async () => {
  expect(statements.length).toBeGreaterThan(15);
  expect(statements.map(([id]) => id).every((id) => id in analyses)).toBe(true);
  for (const [id, text, count] of statements) {
    const { rows } = await query(engine, text);
    expect([id, rows.length]).toEqual([id, count]);
  }
});

test("rows past the limit are not even read", async () => {
  const before = process.memoryUsage().rss;
  const { rows } = await query(engine, "select i, repeat('x', 1000) as x from range(100000000) t(i)", {
    maxRows: 10,
  });
  expect(rows).toHaveLength(10);
  expect(process.memoryUsage().rss - before).toBeLessThan(500e6);
});

test.each([
  "with recursive t as (select 1 as i union all select i + 1 from t) select count(*) from t",
  "select count(*) from range(10000000) a, range(10000000) b",
])("stopped in time: %s", async (text) => {
  const started = Date.now();
  const error = await failure(text, { seconds: 1 });
  expect(error.message).toBe("the query took more than 1 seconds and was stopped");
  expect(Date.now() - started).toBeLessThan(20_000);
  expect((await query(engine, "select 1 as x")).rows).toEqual([{ x: 1 }]);
});

test("columns are named where there are no rows", async () => {
  expect(await query(engine, "select user_id, age from users where false;")).toEqual({
    columns: ["user_id", "age"],
    rows: [],
  });
});
