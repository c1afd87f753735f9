import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AlertAnswer, AlertsAnswer } from "../../src/server/routes/alerts.ts";
import type { ComparisonAnswer, HistoryAnswer, TrendAnswer } from "../../src/server/routes/history.ts";
import type { LiveState } from "../../src/server/routes/live.ts";
import { openDashboard } from "./dashboard.ts";
import { type LiveDashboard, openLiveDashboard } from "./live.ts";

let dashboard: LiveDashboard;
beforeAll(async () => {
  dashboard = await openLiveDashboard(12, { asOf: "2026-02-28" });
}, 60_000);
afterAll(() => dashboard?.[Symbol.asyncDispose]());

const ask = (path: string, init?: RequestInit) => fetch(`${dashboard.url}/api${path}`, init);
const read = async <T>(path: string): Promise<T> => (await (await ask(path)).json()) as T;
const post = (rule: unknown) =>
  ask("/alerts", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(rule),
  });
const rule = {
  ...{ name: "many customers", analysis: "portfolio-summary", column: "customers" },
  ...{ comparison: "above", threshold: 10 },
};

describe("alerts", () => {
  it("are written, shown, counted and deleted", async () => {
    const made = await post({ ...rule, where: null });
    expect(made.status).toBe(201);
    const told = (await made.json()) as AlertAnswer;
    expect(told).toEqual({
      ...{ id: expect.any(String), ...rule, where: null },
      ...{ state: "firing", value: 12, because: null, since: expect.stringMatching(/Z$/) },
    });
    expect(await read<AlertsAnswer>("/alerts")).toEqual({
      rules: [told],
      webhook: { configured: false, waiting: 0, failed: 0 },
    });
    expect((await read<LiveState>("/live")).alerts_firing).toBe(1);
    expect((await ask(`/alerts/${told.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await ask(`/alerts/${told.id}`, { method: "DELETE" })).status).toBe(404);
    expect((await read<LiveState>("/live")).alerts_firing).toBe(0);
  });

  it.each([
    [{ ...rule, analysis: "portfolio-sumary" }, /portfolio-sumary/],
    [{ ...rule, comparison: "over" }, /comparison/],
    [{ ...rule, name: "x".repeat(121) }, /name/],
    [{ ...rule, name: " " }, /name/],
    [{ ...rule, threshold: "10" }, /threshold/],
  ])("%j is refused", async (written, message) => {
    const refused = await post(written);
    expect(refused.status).toBe(400);
    expect(JSON.stringify(await refused.json())).toMatch(message);
  });

  it("are not there without a workspace", { timeout: 60_000 }, async () => {
    await using other = await openDashboard({ customers: 50 });
    for (const path of ["alerts", "history", "history/portfolio-summary"])
      expect((await fetch(`${other.url}/api/${path}`)).status, path).toBe(404);
  });
});

describe("history", { timeout: 60_000 }, () => {
  it("has days, trends, and two days beside each other", async () => {
    const lines = [
      { type: "customer", subject: "1", op: "delete", time: "2026-03-01T10:00:00Z", sequence: 1 },
      {
        ...{ type: "customer", subject: "50", time: "2026-03-02T10:00:00Z", sequence: 1 },
        data: { age: 40, state: "WA" },
      },
      { type: "customer", subject: "51", time: "2026-03-03T10:00:00Z", sequence: 1, data: { age: 41 } },
    ].map((event) => JSON.stringify({ id: "e", source: "/core", ...event }));
    await dashboard.live.applier.apply({ via: "http", lines });
    await dashboard.live.history.catchUp();
    const { days, analyses } = await read<HistoryAnswer>("/history");
    expect(days).toEqual(["2026-02-28", "2026-03-01", "2026-03-02"]);
    expect(analyses).toContainEqual({ id: "portfolio-summary", title: "The portfolio at a glance" });
    expect(analyses.map(({ id }) => id)).not.toContain("expiring-cards");
    expect(analyses.map(({ id }) => id)).not.toContain("default-bands");
    const trend = await read<TrendAnswer>("/history/portfolio-summary");
    expect(trend.columns[0]).toEqual({ name: "customers", label: "Customers", kind: "count" });
    expect(trend.days.map(({ day, rows }) => `${day} ${rows[0]?.["customers"]}`)).toEqual([
      ...["2026-02-28 12", "2026-03-01 11", "2026-03-02 12"],
    ]);
    const compared = await read<ComparisonAnswer>("/history/compare?from=2026-02-28&to=2026-03-02");
    const states = compared.analyses.find(({ id }) => id === "customers-by-state");
    const moved = states?.rows.map(({ from, to }) => [
      (to ?? from)?.["state"],
      from?.["customers"] ?? null,
      to?.["customers"] ?? null,
    ]);
    expect(moved).toContainEqual(["WA", null, 1]);
    expect(moved).toContainEqual(["TX", 4, 3]);
  });

  it.each([
    ["/history/compare?from=2026-02-30&to=2026-03-02", 400],
    ["/history/compare?from=2025-01-01&to=2026-03-02", 404],
    ["/history/compare?from=2026-03-02", 400],
    ["/history/expiring-cards", 404],
    ["/history/nothing", 400],
  ])("%s is refused", async (path, status) => {
    expect((await ask(path)).status).toBe(status);
  });
});
