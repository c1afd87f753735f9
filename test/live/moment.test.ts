import { mkdir, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { readXlsx } from "hucre";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelStateOf } from "../../src/explore/default-model.ts";
import { defaultRiskOf } from "../../src/explore/default-risk.ts";
import { findingsAt } from "../../src/explore/findings.ts";
import { wholePortfolio } from "../../src/explore/look.ts";
import { Live } from "../../src/live/live.ts";
import { documentOf, type ReportFindings } from "../../src/outputs/document.ts";
import { renderReport } from "../../src/outputs/report.ts";
import { workbookChunks } from "../../src/outputs/workbook.ts";
import { raw } from "../../src/sql/statement.ts";
import { launchBrowser } from "../browser.ts";
import { folder, sampleFiles } from "./portfolio.ts";

const CUSTOMERS = 200;
let home: Awaited<ReturnType<typeof folder>>;
let live: Live;
beforeAll(async () => {
  home = await folder();
  const files = await sampleFiles(home.path, CUSTOMERS);
  // another day would make all models anew
  live = await Live.open(`${home.path}/ws`, files, { asOf: "2026-10-02" });
});
afterAll(async () => {
  await live[Symbol.asyncDispose]();
  await live.explorer[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

let told = 0;
/** A customer more, on the screens of readers. */
async function oneMore(): Promise<void> {
  told++;
  const event = {
    ...{ id: "e", source: "/core", type: "customer", subject: String(900_000 + told), sequence: 1 },
    ...{ time: `2026-10-01T12:00:${String(told % 60).padStart(2, "0")}Z`, data: { age: 40 } },
  };
  await live.applier.apply({ via: "http", lines: [JSON.stringify(event)] });
  await expect.poll(() => live.state.position, { interval: 5 }).toBe(told);
}

describe("what is read while events come", () => {
  it("is of one state, from its first statement to its last", async () => {
    const count = "select count(*) as customers from customer_profile";
    const read = () =>
      live.explorer.at(wholePortfolio, async ({ engine }) => {
        const { rows: first } = await engine.query(raw(count));
        await oneMore();
        return [first, (await engine.query(raw(count))).rows];
      });
    const [first, last] = await read();
    expect(last).toEqual(first);
    // and whoever reads next sees what came
    const [next] = await read();
    expect(next).toEqual([{ customers: Number(first?.[0]?.["customers"]) + 1 }]);
  });

  it("follows what comes where the connection is used again", async () => {
    const customers = async () => {
      const { results } = await live.results.at(wholePortfolio, ["portfolio-summary"]);
      return (results[0]?.rows[0] as { customers?: number } | undefined)?.customers;
    };
    for (let i = 0; i < 3; i++) {
      expect(await customers()).toBe(CUSTOMERS + told);
      await oneMore();
    }
  });
});

describe("predictions", () => {
  it("are of the state that they were learnt of, and say so of whoever came later", async () => {
    const before = await modelStateOf(live.explorer);
    expect(before).toMatchObject({ kind: "expert", customers: CUSTOMERS + told });
    // of those who came, nothing is known to rank them by
    expect(await defaultRiskOf(live.explorer, wholePortfolio, "1")).toMatchObject({ customers: CUSTOMERS });
    await oneMore();
    expect(await modelStateOf(live.explorer)).toEqual(before);
    const late = await defaultRiskOf(live.explorer, wholePortfolio, String(900_000 + told));
    expect(late).toMatchObject({ rank: null, pd: null, absent: expect.stringContaining("came after") });

    await live.explorer.relearn();
    expect(await modelStateOf(live.explorer)).toMatchObject({ customers: before.customers + 1 });
    const now = await defaultRiskOf(live.explorer, wholePortfolio, String(900_000 + told));
    expect(now.absent).not.toContain("came after");
  }, 60_000);
});

/** Whatever has a figure for all customers, and what the report says that it is of. */
function customersIn({ results, look }: ReportFindings): Readonly<Record<string, number>> {
  const rows = (id: string) =>
    (results.find(({ analysis }) => analysis.id === id)?.rows ?? []) as readonly Record<string, unknown>[];
  const sum = (id: string) => rows(id).reduce((all, row) => all + Number(row["customers"]), 0);
  return {
    stamp: look?.whole.customers ?? 0,
    events: CUSTOMERS + (look?.events?.count ?? 0),
    summary: Number(rows("portfolio-summary")[0]?.["customers"]),
    ages: sum("age-distribution"),
    scores: sum("credit-score-bands"),
  };
}

describe("a report of a live portfolio", () => {
  it("is of one state, and says how many events that is of", async () => {
    let isWritten = false;
    const coming = (async () => {
      while (!isWritten) await oneMore();
    })();
    const begun = live.state.position;
    const found = await findingsAt(live.explorer, wholePortfolio, async (findings) => customersIn(findings));
    const ended = live.state.position;
    isWritten = true;
    await coming;
    expect(new Set(Object.values(found)).size, JSON.stringify(found)).toBe(1);
    const { events = 0 } = found;
    expect(events - CUSTOMERS).toBeGreaterThanOrEqual(begun);
    // it would be no test if nothing had come meanwhile
    expect(ended).toBeGreaterThan(events - CUSTOMERS);
  }, 60_000);

  it("names the events beside the files, and gives no command that would not give its figures", async () => {
    await oneMore();
    const latest = `2026-10-01 12:00 UTC`;
    const learnt = `predictions are of the first ${live.state.learnt_position}, and of the customers there were then`;
    const stamp = `${told} events, the newest of ${latest}; ${learnt}`;
    const [html, sheet] = await findingsAt(live.explorer, wholePortfolio, async (findings) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of workbookChunks(findings)) chunks.push(chunk);
      const { sheets } = await readXlsx(Buffer.concat(chunks));
      return [renderReport(documentOf(findings)), sheets[0]?.rows ?? []] as const;
    });
    expect(sheet.find(([cell]) => cell === "events")?.slice(0, 3)).toEqual(["events", told, stamp]);

    await mkdir(`${home.path}/report`);
    await writeFile(`${home.path}/report/report.html`, html);
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(`${home.path}/report/report.html`).href);
      const made = page.getByRole("list", { name: "What this report was made from" });
      expect(await made.innerText()).toContain(`Events\n${stamp}`);
      await page.locator("#figure-age-distribution summary").first().click();
      expect(await page.locator("#figure-age-distribution details").first().innerText()).toContain("SQL");
      expect(await page.getByText("Run it again").count()).toBe(0);
    } finally {
      await browser.close();
    }
  }, 60_000);
});
