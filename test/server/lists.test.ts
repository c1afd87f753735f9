import { afterAll, beforeAll, expect, it } from "vitest";
import { type Dashboard, openDashboard } from "./dashboard.ts";

let dashboard: Dashboard;
beforeAll(async () => {
  dashboard = await openDashboard();
});
afterAll(() => dashboard?.[Symbol.asyncDispose]());

const get = (path: string) => fetch(`${dashboard.url}/api${path}`);
const poor = `analysis=credit-score-bands&column=customers&key=${encodeURIComponent('{"band":"poor"}')}`;

it("sends all rows behind a figure as csv, as its page counts them", async () => {
  const page = (await (await get(`/rows?${poor}&limit=1`)).json()) as { total: number };
  const response = await get(`/rows.csv?${poor}`);
  expect(response.headers.get("content-disposition")).toBe('attachment; filename="credit-score-bands.csv"');
  const text = await response.text();
  expect(Number(response.headers.get("content-length"))).toBe(Buffer.byteLength(text));
  const [head, ...lines] = text.trimEnd().split("\r\n");
  expect(head).toMatch(/^user_id,age,/);
  expect(lines).toHaveLength(page.total);
  const at = head?.split(",").indexOf("credit_score") ?? -1;
  for (const line of lines) expect(Number(line.split(",")[at])).toBeLessThan(580);
});

it("sends a list as a workbook, narrowed as the look is", async () => {
  const response = await get("/rows.xlsx?analysis=high-risk-customers&age=..40&sort=-credit_score");
  expect(response.headers.get("content-disposition")).toBe('attachment; filename="high-risk-customers.xlsx"');
  const { default: exceljs } = await import("exceljs");
  const workbook = new exceljs.Workbook();
  await workbook.xlsx.load(await response.arrayBuffer());
  const texts: string[] = [];
  workbook.worksheets[0]?.eachRow((row) => texts.push(JSON.stringify(row.values)));
  expect(texts.join("\n")).toContain("Age: up to 39");
  const page = (await (await get("/rows?analysis=high-risk-customers&age=..40&limit=0")).json()) as {
    total: number;
  };
  const rows = texts.filter((text) => text.includes("credit score below"));
  expect(rows).toHaveLength(page.total);
});

it("stamps a workbook with thresholds and the search", async () => {
  const asked = "analysis=high-risk-customers&grain=cards&state=CA&set.high_risk.score_below=620&search=poor";
  const { default: exceljs } = await import("exceljs");
  const workbook = new exceljs.Workbook();
  await workbook.xlsx.load(await (await get(`/rows.xlsx?${asked}`)).arrayBuffer());
  expect(JSON.stringify(workbook.worksheets[0]?.getSheetValues().slice(0, 5))).toContain(
    "State: CA; cards are selected; high_risk.score_below = 620; search: poor",
  );
});

it("sends the issues, and refuses what it cannot send", async () => {
  expect(await (await get("/issues.csv")).text()).toBe("code,severity,table,column,row,value,action\r\n");
  expect((await get("/rows.csv?analysis=nonsense")).status).toBe(400);
  expect((await get("/rows.csv?analysis=high-risk-customers&state=%00")).status).toBe(400);
  expect((await get("/rows.csv?analysis=age-distribution")).status).toBe(400);
});
