import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Explorer } from "../../src/explore/explorer.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { type Dashboard, openDashboard } from "../server/dashboard.ts";
import { Visitor } from "./visitor.ts";

let dashboard: Dashboard;
let visitor: Visitor;
beforeAll(async () => {
  dashboard = await openDashboard({ customers: 300 });
  visitor = await Visitor.arrive();
});
afterAll(async () => {
  await visitor?.[Symbol.asyncDispose]();
  await dashboard?.[Symbol.asyncDispose]();
});

it("a portfolio has the same number in every process, and another one has another", async () => {
  const numberOf = async (options: Parameters<typeof openDashboard>[0]) => {
    await using other = await openDashboard(options);
    return other.desk.id;
  };
  const { id } = dashboard.desk;
  expect(await numberOf({ customers: 300 })).toBe(id);
  expect(await numberOf({ customers: 301 })).not.toBe(id);
  expect(await numberOf({ customers: 300, asOf: "2019-01-31" })).not.toBe(id);
  expect(await numberOf({ customers: 300, settings: { "premium.score_min": 720 } })).not.toBe(id);
});

it("a page of files that are no longer open says so, and shows the new ones when asked", async () => {
  const page = await visitor.open(`${dashboard.url}/`);
  const folder = await mkdtemp(join(tmpdir(), "cardscope-replaced-"));
  try {
    const { users, cards } = await writeSample(folder, {
      customers: 77,
      seed: 3,
      format: "csv",
      brief: false,
    });
    await dashboard.desk.replace(await Explorer.open([users, cards]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  expect(await page.getByText("Other files were opened meanwhile").count()).toBe(0);
  await page.getByRole("radio", { name: "Count cards" }).check({ force: true });
  await page.getByText("Other files were opened meanwhile").waitFor();
  await page.getByRole("button", { name: "Show the new ones" }).click();
  await page.locator("section[aria-label=Selection]").getByText("77").first().waitFor();
  expect(await page.getByText("Other files were opened meanwhile").count()).toBe(0);
});
