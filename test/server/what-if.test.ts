import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OpenAPIHono } from "@hono/zod-openapi";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Explorer } from "../../src/explore/explorer.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { Desk } from "../../src/server/desk.ts";
import { failure } from "../../src/server/failure.ts";
import { type WhatIfAnswer, type WhatIfRowsAnswer, whatIfRoutes } from "../../src/server/routes/what-if.ts";

const desk = new Desk();
const app = new OpenAPIHono();
app.onError(failure);
app.route("/api", whatIfRoutes(desk));
const json = async <T>(path: string, status = 200): Promise<T> => {
  const response = await app.request(`/api${path}`);
  expect(response.status).toBe(status);
  return (await response.json()) as T;
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-what-if-route-"));
  const files = await writeSample(folder, { customers: 300, seed: 2, format: "csv", brief: false });
  // opened with a threshold of its own: that is what a look is compared with
  await desk.replace(
    await Explorer.open([files.users, files.cards], { settings: { "high_risk.score_below": 600 } }),
  );
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test("a look stands beside the portfolio as it was opened, whatever the defaults are", async () => {
  const { lists, levers } = await json<WhatIfAnswer>("/what-if?set.high_risk.score_below=560");
  const lever = levers.flatMap((group) => group.levers).find(({ name }) => name === "high_risk.score_below");
  expect(lever).toMatchObject({ default: 580, opened: 600, now: 560 });
  const list = lists.find(({ id }) => id === "high-risk");
  const { rows, total, columns } = await json<WhatIfRowsAnswer>(
    "/what-if/rows?set.high_risk.score_below=560&list=high-risk&change=left",
  );
  expect(total).toBe(list?.left);
  expect(total).toBeGreaterThan(0);
  expect(rows.every(({ credit_score }) => Number(credit_score) >= 560 && Number(credit_score) < 600)).toBe(
    true,
  );
  expect(columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    "user_id id",
    "credit_score count",
    "debt_to_income ratio",
  ]);
});

test("a moved date comes with its caveat, pages with their rows", async () => {
  const moved = await json<WhatIfAnswer>("/what-if?as_of=2025-01-31");
  expect(moved.as_of.now).toBe("2025-01-31");
  expect(moved.caveat).toContain("customer attributes stay as they were stated");
  const page = (offset: number) =>
    json<WhatIfRowsAnswer>(
      `/what-if/rows?as_of=2025-01-31&list=expiring-cards&change=left&offset=${offset}&limit=2`,
    );
  const [first, second] = [await page(0), await page(2)];
  expect(first.rows.length + second.rows.length).toBe(4);
  expect(new Set([...first.rows, ...second.rows].map(({ card_id }) => card_id)).size).toBe(4);
});

test("what cannot be meant is refused with a hint", async () => {
  const lists = await json<{ error: { hint: string } }>("/what-if/rows?list=no-such&change=left", 400);
  expect(lists.error.hint).toContain("high-risk");
  await json("/what-if/rows?list=high-risk&change=stayed", 400);
  await json("/what-if/rows?list=high-risk&change=left&limit=100000", 400);
  await json("/what-if?set.high_risk.score_below=5000", 400);
});
