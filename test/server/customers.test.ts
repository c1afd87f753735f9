import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OpenAPIHono } from "@hono/zod-openapi";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Explorer } from "../../src/explore/explorer.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { Desk } from "../../src/server/desk.ts";
import { failure } from "../../src/server/failure.ts";
import {
  type CustomerAnswer,
  customersRoutes,
  type MatchesAnswer,
} from "../../src/server/routes/customers.ts";

const desk = new Desk();
const app = new OpenAPIHono();
app.onError(failure);
app.route("/api", customersRoutes(desk));
const get = (path: string) => app.request(`/api${path}`);
const json = async <T>(path: string): Promise<T> => {
  const response = await get(path);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-customers-"));
  const files = await writeSample(folder, { customers: 300, seed: 2, format: "csv", brief: false });
  await desk.replace(await Explorer.open([files.users, files.cards]));
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test("a search answers with the total and no more than asked for", async () => {
  const { matches, total } = await json<MatchesAnswer>("/customers?q=1&limit=3");
  expect(matches.map(({ user_id }) => user_id)).toEqual([1, 10, 11]);
  const startsWithOne = Array.from({ length: 300 }, (_, i) => String(i + 1)).filter((id) => id[0] === "1");
  expect(total).toBeGreaterThanOrEqual(startsWithOne.length);
  expect((await json<MatchesAnswer>("/customers")).total).toBe(300);
});

test("a customer is told under the look: thresholds, date and filters", async () => {
  const plain = await json<CustomerAnswer>("/customers/7");
  expect(plain.user_id).toBe(7);
  expect(plain.is_selected).toBe(true);
  expect(plain.verdicts.high_risk.rules[0]?.conditions[0]?.threshold).toBe(580);
  const score = plain.standing.find(({ name }) => name === "credit_score")?.value ?? 0;
  const moved = await json<CustomerAnswer>(
    `/customers/7?set.high_risk.score_below=${score + 1}&as_of=2030-01-31&score=..${score}`,
  );
  expect(moved.verdicts.high_risk.met).toBe(true);
  expect(moved.as_of).toBe("2030-01-31");
  expect(moved.cards.every(({ status }) => status === "expired")).toBe(true);
  expect(moved.is_selected).toBe(false);
  const among = moved.standing.find(({ name }) => name === "credit_score");
  expect(among?.percentile).toBe(1);
  expect(among?.customers).toBeLessThan(300);
});

test("who is not there is not found; what cannot be meant is refused", async () => {
  const missing = await get("/customers/no-such");
  expect(missing.status).toBe(404);
  expect(await missing.json()).toMatchObject({ error: { code: "NOT_FOUND", hint: expect.any(String) } });
  for (const path of ["/customers?limit=0", "/customers?limit=1e9", "/customers/7?set.no.such=1"])
    expect((await get(path)).status).toBe(400);
  expect((await get(`/customers/${encodeURIComponent("1' or '1'='1")}`)).status).toBe(404);
});
