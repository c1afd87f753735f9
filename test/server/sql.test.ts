import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { analyses } from "../../src/analyses/index.ts";
import { answer } from "../../src/explore/answer.ts";
import { wholePortfolio } from "../../src/explore/look.ts";
import type { QueryResult, QueryTables } from "../../src/server/routes/sql.ts";
import { raw } from "../../src/sql/statement.ts";
import { type Dashboard, openDashboard } from "./dashboard.ts";

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard?.[Symbol.asyncDispose]());

const post = (body: unknown, look = "", signal?: AbortSignal) =>
  fetch(`${dashboard.url}/api/sql${look}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });

async function run(query: string, look = "", options = {}): Promise<QueryResult> {
  const response = await post({ query, ...options }, look);
  expect([query, response.status, await response.clone().text()]).toEqual([query, 200, expect.anything()]);
  return (await response.json()) as QueryResult;
}

async function refusal(body: unknown, look = "") {
  const response = await post(body, look);
  const { error } = (await response.json()) as { error: { code: string; message: string; hint?: string } };
  return { status: response.status, ...error };
}
const refused = (query: string) => refusal({ query });

/** Figures straight from the engine, without the route's reading. */
async function straight(select: string): Promise<readonly unknown[]> {
  return dashboard.desk.explorer.at(wholePortfolio, async ({ engine }) => {
    const { rows, columns } = await engine.query(raw(select));
    return rows.map((row) => columns.map((name) => row[name]));
  });
}

describe("an answer", () => {
  it("has columns by meaning, rows as arrays, and tells how it was read", async () => {
    const result = await run(
      `select 1 as a, 1.50::decimal(9,2) as b, 'x' as c, true as d, date '2020-02-29' as e, null as f,
        timestamp '2020-01-01 12:00' as g, [1, 2] as h, 12345678901234567890::hugeint as i, 'nan'::double as j, 2 as a`,
    );
    expect(result.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ["a", "number"],
      ["b", "number"],
      ["c", "text"],
      ["d", "boolean"],
      ["e", "date"],
      ["f", "number"],
      ["g", "date"],
      ["h", "text"],
      ["i", "number"],
      ["j", "number"],
      ["a:1", "number"],
    ]);
    expect(result.rows).toEqual([
      [
        1,
        1.5,
        "x",
        true,
        "2020-02-29",
        null,
        "2020-01-01 12:00:00",
        "[1, 2]",
        "12345678901234567890",
        "NaN",
        2,
      ],
    ]);
    expect(result).toMatchObject({ total_rows: 1, truncated: null, shortened: 0 });
    expect(result.milliseconds).toBeGreaterThanOrEqual(0);
  });

  it.each([
    "select user_id, age from customer_profile order by age desc, user_id limit 7",
    "from cards order by card_id",
    "select state, count(*) as n from users group by all order by n desc, state;",
    "with x as (select user_id from cards), y as (select count(*) as n from x) from y; -- a note; of two",
    "values (1, 'a;b'), (2, null) ; ",
    "/* first */ select ';' as x, $$it's; $$ as y -- last",
    "select user_id from users where false",
    "select e'it\\'s; ' as x, 'a\\' as y;",
    'select 1 as "a;""b", $q$ ; $$ $q$ as y /* ; /* ; */ ; */ ; /* last; */ ; ',
    "select date'2020-01-01' as e; -- it's over",
  ])("is what the engine answers, in its order: %s", async (query) => {
    const { rows } = await run(query);
    expect(rows).toEqual(await straight(query.replace(/;\s*(--.*)?$/, "")));
  });

  it.each(["describe users", "summarize cards", "show tables"])("describes tables: %s", async (query) => {
    const { rows, columns } = await run(query);
    expect(columns.length).toBeGreaterThan(0);
    expect(rows.length).toBeGreaterThan(1);
  });

  it("runs every analysis' own SQL, with a semicolon after it too", async () => {
    const ids = Object.keys(analyses).join(",");
    const response = await fetch(`${dashboard.url}/api/analyses?ids=${ids}`);
    const { analyses: found } = (await response.json()) as {
      analyses: Record<string, { sql: string; total: number }>;
    };
    expect(Object.keys(found).length).toBeGreaterThan(20);
    for (const [id, { sql, total }] of Object.entries(found))
      for (const text of [sql, `${sql};`]) {
        const { rows } = await run(text, "", { max_rows: 100_000 });
        expect([id, rows.length]).toEqual([id, total]);
      }
  });

  it("is of the as-of date and thresholds of the look", async () => {
    const count = async (look: string) =>
      (await run("select count(*) from customer_profile where is_premium", look)).rows[0]?.[0];
    const [[expected]] = (await straight(
      "select count(*) from users where credit_score > 600 and annual_income_usd > 20000",
    )) as number[][] as [[number]];
    expect(await count("?set.premium.score_min=600&set.premium.income_min_usd=20000")).toBe(expected);
    expect(await count("")).toBeLessThan(expected);
    const valid = "select count(*) from card_profile where is_valid";
    expect(await run(valid, "?as_of=2035-01-31")).not.toMatchObject(await run(valid));
  });

  it("is narrowed by the filters only where that is asked for, however the query spells the tables", async () => {
    const look = "?score=600..700";
    const [[all], [some]] = (await straight(
      "select count(*) from users union all select count(*) from users where credit_score >= 600 and credit_score < 700 order by 1 desc",
    )) as [[number], [number]];
    const [[cards]] = (await straight(
      "select count(*) from cards join users using (user_id) where credit_score >= 600 and credit_score < 700",
    )) as [[number]];
    expect(some).toBeLessThan(all);
    for (const table of ["customer_profile", "CUSTOMER_PROFILE", '"customer_profile"', "users"]) {
      expect((await run(`select count(*) from ${table}`, look)).rows).toEqual([[all]]);
      expect((await run(`select count(*) from ${table}`, look, { narrowed: true })).rows).toEqual([[some]]);
    }
    for (const query of [
      "select count(*) from cards",
      "/* c */ with x as (select * from card_profile) select count(*) from x;",
    ])
      expect((await run(query, look, { narrowed: true })).rows).toEqual([[cards]]);
  });

  it("ends where its limits are, and says so", async () => {
    const rows = await run("select * from range(100000)");
    expect([rows.rows.length, rows.total_rows, rows.truncated]).toEqual([10_000, 10_000, "rows"]);
    expect(rows.rows.at(-1)).toEqual([9999]);
    const few = await run("select * from range(100000)", "", { max_rows: 3 });
    expect([few.rows.length, few.truncated]).toEqual([3, "rows"]);
    expect(await run("select * from range(3)", "", { max_rows: 3 })).toMatchObject({ truncated: null });

    const response = await post({ query: "select repeat('é', 9000) as x from range(100000)" });
    const text = await response.text();
    expect(text.length).toBeLessThan(17e6);
    expect(JSON.parse(text)).toMatchObject({ truncated: "bytes", shortened: 0 });

    const long = await run("select repeat('x', 10001) as x, repeat('y', 10000) as y, range(100000) as z");
    expect(long.shortened).toBe(2);
    expect((long.rows[0] as string[]).map((cell) => cell.length)).toEqual([10_001, 10_000, 10_001]);
  });

  it("of huge cells leaves the server responsive", async () => {
    let slowest = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      slowest = Math.max(slowest, performance.now() - last);
      last = performance.now();
    }, 10);
    const { rows } = await run("select repeat('x', 100000000) as x, list(i) as l from range(3000000) t(i)");
    clearInterval(watch);
    expect(rows).toHaveLength(1);
    expect(slowest).toBeLessThan(1000);
  });
});

describe("refused", () => {
  it.each([
    "",
    "select 1; select 2",
    "insert into users select * from users",
    "explain analyze insert into users select * from users",
    "pragma enable_profiling",
    "call enable_logging()",
    "attach ':memory:' as m",
    "set search_path = 'main'",
    "from query('drop table users')",
    "from query_table('users')",
    "from json_execute_serialized_sql('{}')",
    "from enable_logging(storage = 'file', storage_path = 'x')",
    "from pragma_database_size()",
    "from duckdb_settings()",
    "select nextval('s')",
    "select current_setting('temp_directory')",
    "select ?",
    "select $name",
  ])("by the gate: %j", async (query) => {
    const { status, code } = await refused(query);
    expect([status, code]).toEqual([400, "QUERY_REFUSED"]);
  });

  it.each([
    "select * from (insert into users (user_id) values (9) returning *)",
    "with x as (delete from users returning *) from x",
    "select * from '/etc/passwd'",
    "from 'x.parquet'",
    "select 1) x, (select 2",
    "select * from users) x; drop table users; --",
    "create macro",
  ])("by the parser or the engine: %s", async (query) => {
    const { status, code, message } = await refused(query);
    expect([status, code]).toEqual([400, "QUERY_FAILED"]);
    expect(message).not.toContain("root:");
  });

  it.each([
    [{}, /query/],
    [{ query: 5 }, /query/],
    [{ query: "select 1", max_rows: 0 }, /max_rows/],
    [{ query: "select 1", max_rows: 1e9 }, /max_rows/],
    ['{"query": ', /./],
    [{ query: `select '${"x".repeat(100_000)}'` }, /100 kB/],
  ])("as a request: %#", async (body, says) => {
    const { status, message } = await refusal(body);
    expect(status).toBe(400);
    expect(message).toMatch(says);
  });

  it("where a look cannot be read", async () => {
    expect(await refusal({ query: "select 1" }, "?as_of=tomorrow")).toMatchObject({ code: "USAGE" });
  });

  it("from other sites, and as anything but JSON", async () => {
    const foreign = await fetch(`${dashboard.url}/api/sql`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: "https://evil.example" },
      body: JSON.stringify({ query: "select 1" }),
    });
    expect(foreign.status).toBe(403);
    const form = await fetch(`${dashboard.url}/api/sql`, { method: "POST", body: "query=select 1" });
    expect(form.status).toBe(415);
  });

  it("tells the place of a mistake in the text as it was written", async () => {
    const { message } = await refused("select user_id,\n  nope\nfrom users;");
    expect(message).toMatch(/LINE 2: {3}nope\n\s+\^/);
  });
});

/** Should the gate ever let one through. */
test.each([
  "copy users to 'x.csv'",
  "copy (select 1) to 'cardscope-escape.csv'",
  "export database 'x'",
  "import database 'x'",
  "attach 'x.db'",
  "attach 'https://example.com/x.db'",
  "from read_csv('/etc/passwd')",
  "from read_text('/etc/passwd')",
  "from read_parquet('https://example.com/x')",
  "from glob('/*')",
  "install httpfs",
  "load httpfs",
  "set memory_limit = '100GB'",
  "set threads = 100",
  "set enable_external_access = true",
  "reset enable_external_access",
  "set lock_configuration = false",
  "set global temp_directory = 'elsewhere'",
  "set allowed_paths = ['/etc']",
  "set log_query_path = 'x'",
  "set profiling_output = 'x'",
  "set secret_directory = '/tmp'",
  "set extension_directory = '/tmp'",
  "set s3_region = 'x'",
  "create secret s (type http)",
])("the instance is locked: %s", async (text) => {
  const failing = dashboard.desk.explorer.at(wholePortfolio, ({ engine }) => engine.execute(raw(text)));
  await expect(failing).rejects.toThrow(
    /operations are disabled|configuration has been locked|disabled through configuration|Missing Extension/,
  );
});

describe("limits", () => {
  const endless = "select count(*) from range(10000000) a, range(10000000) b";

  it("a query whose reader goes away stops at once, and makes room", async () => {
    const controllers = Array.from({ length: 6 }, () => new AbortController());
    const asked = controllers.map(({ signal }) => post({ query: endless }, "", signal).catch(() => "gone"));
    await new Promise((done) => setTimeout(done, 300));
    // two run and four wait: the other pages do not
    const started = performance.now();
    expect((await fetch(`${dashboard.url}/api/selection`)).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(3000);
    for (const controller of controllers) controller.abort();
    expect(await Promise.all(asked)).toEqual(controllers.map(() => "gone"));
    const again = performance.now();
    expect((await run("select 1")).rows).toEqual([[1]]);
    expect(performance.now() - again).toBeLessThan(3000);
  });

  const within = (text: string, limits: object) =>
    dashboard.desk.explorer.at(wholePortfolio, ({ engine }) =>
      answer(engine, text, { rows: 10, seconds: 20, bytes: 1e6, ...limits }),
    );

  it("stops what takes too long", async () => {
    const started = performance.now();
    await expect(within(endless, { seconds: 0.5 })).rejects.toThrow(
      "the query took more than 0.5 seconds and was stopped",
    );
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("stops what takes too much memory, and stays alive", async () => {
    const text = "select length(string_agg(repeat('x', 1000))) from range(10000000)";
    await expect(within(text, { memory: 300 * 2 ** 20 })).rejects.toThrow(
      "the query took more than 300 MiB of memory and was stopped",
    );
    expect((await run("select 1")).rows).toEqual([[1]]);
  });
});

test("tables and columns are those there are, each with its type and meaning", async () => {
  const response = await fetch(`${dashboard.url}/api/sql/tables`);
  const tables = (await response.json()) as QueryTables;
  expect(tables.map(({ name }) => name)).toEqual([
    "customer_profile",
    "card_profile",
    "offer_profile",
    "users",
    "cards",
    "issues",
  ]);
  for (const { name, doc, columns } of tables) {
    expect(doc).toMatch(/^One row per /);
    expect(columns.map((column) => [column.name, column.type])).toEqual(
      (await straight(`describe ${name}`)).map((row) => (row as string[]).slice(0, 2)),
    );
    // "Card" and the like say nothing
    for (const column of columns)
      expect([name, column.name, column.doc.length > 10]).toEqual([name, column.name, true]);
  }
});

test("nothing was written", async () => {
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith("cardscope-escape"))).toEqual([]);
  expect(readdirSync(join(import.meta.dirname, "../..")).filter((name) => /^x(\.|$)/.test(name))).toEqual([]);
  expect(
    await straight(
      "select count(*) from duckdb_tables() where schema_name = 'main' and table_name like 'evil%'",
    ),
  ).toEqual([[0]]);
  expect((await run("select count(*) from users")).rows).toEqual([[2000]]);
});
