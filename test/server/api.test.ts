import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyses } from "../../src/analyses/index.ts";
import { type Dashboard, openDashboard } from "./dashboard.ts";

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard?.[Symbol.asyncDispose]());

const get = (path: string, init?: RequestInit) => fetch(`${dashboard.url}${path}`, init);
interface Answer {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, unknown>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
  readonly customers: { readonly selected: number; readonly whole: number };
  readonly analyses: Readonly<
    Record<string, { readonly sql: string; readonly rows: readonly Record<string, number>[] }>
  >;
}
const json = async (path: string): Promise<Answer> => (await get(path)).json() as Promise<Answer>;

describe("the API", () => {
  it("describes itself", async () => {
    const document = await json("/api/openapi.json");
    expect(document.openapi).toBe("3.1.0");
    for (const path of ["/api/portfolio", "/api/analyses", "/api/selection", "/api/rows"])
      expect(Object.keys(document.paths)).toContain(path);
    // every reference leads somewhere
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      expect(document.components.schemas).toHaveProperty(name ?? "");
  });

  it("tells what is open", async () => {
    const portfolio = await json("/api/portfolio");
    expect(portfolio).toMatchObject({ is_sample: true, as_of: "2025-06-30", as_of_source: "inferred" });
    expect(Object.keys(portfolio.analyses).sort()).toEqual(Object.keys(analyses).sort());
  });

  it("answers at a look, and counts what it selects", async () => {
    const { customers } = await json("/api/selection?score=600..700");
    const { analyses: found } = await json(
      "/api/analyses?ids=portfolio-summary,credit-score-bands&score=600..700",
    );
    expect(customers.selected).toBeGreaterThan(0);
    expect(customers.selected).toBeLessThan(customers.whole);
    expect(found["portfolio-summary"]?.rows[0]?.["customers"]).toBe(customers.selected);
    expect(found["credit-score-bands"]?.sql).toContain("credit_score >= 600");
  });

  it.each([
    ["/api/analyses", 400, "ids"],
    ["/api/analyses?ids=nonsense", 400, "unknown analysis: nonsense"],
    ["/api/selection?score=abc..1", 400, "score: not a number: abc"],
    ["/api/selection?score=600", 400, "score: not a range: 600"],
    ["/api/selection?score=700..600", 400, "score: nothing is between 700 and 600"],
    ["/api/selection?grain=rows", 400, "grain"],
    ["/api/selection?as_of=2020-02-30", 400, "not a date: 2020-02-30"],
    ["/api/selection?set.premium.score_mim=1", 400, "unknown parameter: premium.score_mim"],
    ["/api/selection?set.premium.score_min=99999", 400, "premium.score_min is out of range: 99999"],
    ["/api/selection?expiry=2020-13..", 400, "expiry: not a month: 2020-13"],
    [
      "/api/rows?analysis=age-distribution&column=customers&key=%7B%22band%22:%22nope%22%7D",
      404,
      "no row has",
    ],
    [
      "/api/rows?analysis=age-distribution&column=customers&key=nonsense",
      400,
      "not the key of a row: nonsense",
    ],
    ["/api/rows?analysis=age-distribution&column=customers&limit=1000000", 400, "limit"],
    ["/api/nowhere", 404, "nothing is at /api/nowhere"],
  ])("refuses %s", async (path, status, message) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as { error: { message: string; code: string } };
    expect(error.message).toContain(message);
    expect(error.message).not.toMatch(/\bat .*:\d+:\d+/);
  });

  it("gives a slot back when the browser leaves", async () => {
    // more than there are slots, each left at once
    const left = Array.from({ length: 12 }, async (_, i) => {
      const controller = new AbortController();
      const asked = get(`/api/analyses?ids=${Object.keys(analyses).join(",")}&age=${18 + i}..`, {
        signal: controller.signal,
      });
      setTimeout(() => controller.abort(), 20);
      await expect(asked).rejects.toThrow();
    });
    await Promise.all(left);
    const { customers } = await json("/api/selection?age=30..40");
    expect(customers.selected).toBeGreaterThan(0);
  });

  it("keeps models of few looks, and the right ones", async () => {
    const sharesAt = async (ratio: number) => {
      const found = await json(`/api/analyses?ids=debt-to-income&set.high_debt.ratio=${ratio}`);
      return found.analyses["debt-to-income"]?.rows[0]?.["customers_high_debt"] ?? 0;
    };
    const ratios = [0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4];
    const first = await Promise.all(ratios.map(sharesAt));
    expect(first).toEqual([...first].sort((a, b) => b - a));
    expect(new Set(first).size).toBe(ratios.length);
    // asked again in another order, some from models that were dropped meanwhile
    for (const [i, ratio] of [...ratios.entries()].reverse())
      expect([ratio, await sharesAt(ratio)]).toEqual([ratio, first[i]]);
  });
});

it("draws a page of a selection of nobody, without figures that are none", async () => {
  let html = "";
  // a busy machine may draw it before the figures are there; then they are kept
  for (let i = 0; i < 20 && !html.includes("of no customers"); i++)
    html = await (await get("/?state=Nowhere")).text();
  expect(html).toContain("of no customers");
  expect(html.replace(/<script[\s\S]*/, "")).not.toMatch(/NaN|Infinity|undefined/);
});

it("refuses the body of a brush that is too long", async () => {
  const response = await get("/api/crossfilter/cube", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "[".repeat(100_000),
  });
  expect(response.status).toBe(400);
});

it("leaves nothing behind when it closes", async () => {
  const own = await openDashboard();
  const folder = own.desk.explorer.folder;
  expect(existsSync(folder)).toBe(true);
  const asked = fetch(`${own.url}/api/analyses?ids=${Object.keys(analyses).join(",")}`).catch(
    () => undefined,
  );
  await own[Symbol.asyncDispose]();
  await asked;
  expect(existsSync(folder)).toBe(false);
  await expect(fetch(`${own.url}/api/portfolio`)).rejects.toThrow();
});
