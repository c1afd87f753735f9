import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { OpenAPIHono } from "@hono/zod-openapi";
import { readXlsx } from "hucre";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { wholePortfolio } from "../../src/explore/look.ts";
import type { ReportData } from "../../src/outputs/report.ts";
import { Desk } from "../../src/server/desk.ts";
import { failure } from "../../src/server/failure.ts";
import { ReportFiles } from "../../src/server/report-files.ts";
import { reportsRoutes } from "../../src/server/routes/reports.ts";
import { raw } from "../../src/sql/statement.ts";
import { launchBrowser } from "../browser.ts";
import { type Folder, openFolder } from "../ingest/folder.ts";
import { openDashboard } from "./dashboard.ts";
import { type Card, cards, file, hostile, openHostile, type User, users } from "./report-files.ts";

let desk: Desk;
let browser: Browser;
let folder: Folder;
const before = new Set(readdirSync(tmpdir()));
/** What reports leave in the system's folder for temporary files. */
const left = () =>
  readdirSync(tmpdir()).filter((name) => /^cardscope-.*-(sent|print)-/.test(name) && !before.has(name));

beforeAll(async () => {
  desk = new Desk();
  await desk.replace(await openHostile());
  browser = await launchBrowser();
  folder = await openFolder();
});
afterAll(async () => {
  await browser?.close();
  await desk?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});
afterEach(() => expect(left()).toEqual([]));

const serve = (files = new ReportFiles()) => {
  const app = new OpenAPIHono();
  app.onError(failure);
  app.route("/api", reportsRoutes(desk, files));
  return app;
};
const report = async (format: string, query = "", app = serve()) => {
  const response = await app.request(`/api/report.${format}${query}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  return { response, bytes, text: bytes.toString("utf8") };
};
const dataOf = (html: string): ReportData =>
  JSON.parse(/<script type="application\/json" id="report-data">(.*?)<\/script>/s.exec(html)?.[1] ?? "");
/** Rows of an analysis by the names of its columns. */
const rowsOf = ({ document }: ReportData, id: string) => {
  const { columns, rows } = document.analyses[id] ?? { columns: [], rows: [] };
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
};
const errorOf = (text: string) => (JSON.parse(text) as { error: { code: string; message: string } }).error;

const LOOK = "?score=600..700&state=CA&state=&set.premium.score_min=650&as_of=2021-07-01";
const passes = ({ score, state }: User) =>
  score !== null && score >= 600 && score < 700 && (state === "CA" || state === "");
const held = (of: readonly User[]): readonly Card[] =>
  cards.filter(({ owner }) => of.some(({ id }) => id === owner));

describe("a report of a look", () => {
  const selected = users.filter(passes);
  const bands = [
    ["fair", selected.filter(({ score }) => Number(score) < 670).length],
    ["good", selected.filter(({ score }) => Number(score) >= 670).length],
  ];
  const highDebt = selected.filter(({ debt, income }) => debt / income > 0.5).map(({ id }) => id);
  const premium = selected.filter(({ score, income }) => Number(score) > 650 && income > 50_000).length;

  it("has the figures of what is selected, as plain loops count them, in the HTML report", async () => {
    expect(selected.length).toBeGreaterThan(3);
    const { response, bytes, text } = await report("html", LOOK);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-length": String(bytes.length),
      "content-disposition": 'attachment; filename="cardscope-2021-07-01-part.html"',
    });
    const data = dataOf(text);
    expect(rowsOf(data, "portfolio-summary")[0]).toMatchObject({
      customers: selected.length,
      cards: held(selected).length,
      total_debt_usd: selected.reduce((sum, { debt }) => sum + debt, 0),
    });
    const bandRows = rowsOf(data, "credit-score-bands");
    for (const [band, customers] of bands)
      expect(bandRows.find((row) => row["band"] === band)?.["customers"], String(band)).toBe(customers);
    expect(
      rowsOf(data, "high-debt-customers")
        .map((row) => row["user_id"])
        .toSorted(),
    ).toEqual(highDebt.toSorted());
    expect(rowsOf(data, "marketing-audiences").find((row) => row["audience"] === "premium")).toMatchObject({
      customers: premium,
    });
    // valid to the end of June
    expect(rowsOf(data, "card-expiry").find((row) => row["status"] === "expired")?.["cards"]).toBe(
      held(selected).length,
    );
  });

  it("says what it is of", async () => {
    const { document, stamp } = dataOf((await report("html", LOOK)).text);
    expect(document).toMatchObject({ as_of: "2021-07-01", as_of_source: "given" });
    expect(document.look).toEqual({
      grain: "customers",
      filters: [
        { dimension: "score", label: "Credit score", text: "600 to 699" },
        { dimension: "state", label: "State", text: "CA, not stated" },
      ],
      settings: [{ name: "premium.score_min", value: 650, default: 700 }],
      selected: { customers: selected.length, cards: held(selected).length },
      whole: { customers: users.length, cards: cards.length },
    });
    expect(stamp?.part).toBe(
      `Part of the portfolio: ${selected.length} of 60 customers, with ${held(selected).length} of 150 cards`,
    );
  });

  it("has the same figures and words in the workbook", async () => {
    const { response, bytes } = await report("xlsx", LOOK);
    expect(response.headers.get("content-disposition")).toContain("cardscope-2021-07-01-part.xlsx");
    expect(response.headers.get("content-length")).toBe(String(bytes.length));
    const { sheets, properties } = await readXlsx(bytes);
    const rows = (name: string) => sheets.find((sheet) => sheet.name === name)?.rows ?? [];
    for (const [band, customers] of bands)
      expect(rows("credit-score-bands").find(([cell]) => cell === band)?.[1]).toBe(customers);
    expect(
      rows("high-debt-customers")
        .slice(5)
        .map(([id]) => id),
    ).toHaveLength(highDebt.length);
    expect(rows("high-debt-customers")[0]?.[0]).toMatch(/, of a part of the portfolio$/);
    const summary = rows("Summary");
    expect(summary[0]?.[0]).toBe("Cardscope report on a part of the portfolio");
    expect(summary[1]).toEqual([
      "As of",
      new Date("2021-07-01"),
      "as given",
      ...(summary[1]?.slice(3) ?? []),
    ]);
    const words = summary.map(([name, , text]) => `${name}: ${text}`);
    expect(words).toContain("Filter: Credit score: 600 to 699");
    expect(words).toContain("Filter: State: CA, not stated");
    expect(words).toContain("Threshold: premium.score_min = 650 (default 700)");
    expect(words.join("\n")).toContain(`${selected.length} of 60 customers`);
    for (const { sha256 } of desk.explorer.portfolio.sources)
      expect(summary.some((row) => row.includes(sha256))).toBe(true);
    expect(properties?.title).toBe("Cardscope report on a part of the portfolio");
    expect(properties?.subject).toContain("Credit score: 600 to 699; State: CA, not stated");
  });

  it("of cards counts the cards that pass, with their owners", async () => {
    const chosen = cards.filter(({ brand, type }) => brand === "Visa" && type === "credit");
    const data = dataOf((await report("html", "?grain=cards&product=Visa~credit")).text);
    const owners = new Set(chosen.map(({ owner }) => owner));
    expect(data.document.look).toMatchObject({
      grain: "cards",
      filters: [{ label: "Brand and type", text: "Visa credit" }],
      selected: { customers: owners.size, cards: chosen.length },
    });
    expect(rowsOf(data, "portfolio-summary")[0]).toMatchObject({ cards: chosen.length, debit_cards: 0 });
    expect(data.stamp?.part).toBe(
      `Part of the portfolio: ${chosen.length} of 150 cards, with ${owners.size} of 60 customers`,
    );
  });

  it("without filters says that it is of the whole", async () => {
    const { response, text } = await report("html");
    expect(response.headers.get("content-disposition")).toContain('"cardscope-2020-02-29.html"');
    const { stamp, document } = dataOf(text);
    expect(stamp).toMatchObject({ isPart: false, filters: [], thresholds: [] });
    expect(stamp?.part).toBe("The whole portfolio: 60 customers, 150 cards");
    expect(document.look?.selected).toEqual(document.look?.whole);
    const { sheets, properties } = await readXlsx((await report("xlsx")).bytes);
    expect(sheets[0]?.rows[0]?.[0]).toBe("Cardscope report");
    expect(properties?.title).toBe("Cardscope report");
  });
});

it("a list that is longer than memory keeps is in the workbook in full", async () => {
  await using dashboard = await openDashboard({ customers: 16_000 });
  const answer = await fetch(`${dashboard.url}/api/report.xlsx?score=500..`);
  const { sheets } = await readXlsx(Buffer.from(await answer.arrayBuffer()), {
    sheets: ["customers-with-several-cards", "offer-candidates"],
  });
  const listed = (i: number) => sheets[i]?.rows.slice(5) ?? [];
  const { rows } = await dashboard.desk.explorer.at(wholePortfolio, ({ engine }) =>
    engine.query(
      raw(`select users.user_id as id, count(*) as n from users join cards on cards.user_id = users.user_id
        where credit_score >= 500 group by users.user_id having count(*) > 1 order by 1`),
    ),
  );
  expect(rows.length).toBeGreaterThan(10_000);
  const byId = (a: readonly unknown[], b: readonly unknown[]) => Number(a[0]) - Number(b[0]);
  expect(
    listed(0)
      .map(([id, n]) => [id, n])
      .toSorted(byId),
  ).toEqual(rows.map(({ id, n }) => [id, n]));
  // a list after it on the same connection
  expect(listed(1).length).toBeGreaterThan(1_000);
});

describe("hostile text", () => {
  it("is text in the HTML report, on screen and in print, filters and file names too", async () => {
    const state = encodeURIComponent(hostile.state);
    const path = join(folder.path, "report.html");
    await writeFile(path, (await report("html", `?state=${state}&state=CA`)).bytes);
    const page = await browser.newPage();
    const trouble: string[] = [];
    page.on("console", (message) => trouble.push(message.text()));
    page.on("pageerror", (error) => trouble.push(String(error)));
    page.on("request", (request) => {
      if (!/^(file|data|blob):/.test(request.url())) trouble.push(request.url());
    });
    await page.goto(pathToFileURL(path).href);
    const head = page.locator("header").first();
    await head.waitFor();
    const words = (await head.textContent()) ?? "";
    expect(words).toContain("Part of the portfolio: ");
    expect(words).toContain(`State: ${hostile.state}, CA`);
    expect(words).toContain(file);
    await page.emulateMedia({ media: "print" });
    const marks = await page
      .locator("main [data-mark]")
      .evaluateAll((all) => all.map((mark) => mark.ariaLabel));
    const text = [await page.locator("main").textContent(), ...marks].join("\n");
    for (const value of [hostile.gender, hostile.employment, hostile.city, hostile.brand])
      expect(text.includes(value), value).toBe(true);
    expect(await page.locator("img, [onerror], [onload], main script").count()).toBe(0);
    expect(await page.title()).toBe("Cardscope report on a part of the portfolio as of 2020-02-29");
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("is text in the workbook", async () => {
    const { sheets } = await readXlsx((await report("xlsx", "?score=..790")).bytes, { readStyles: true });
    const cells = new Set<unknown>(sheets.flatMap(({ rows }) => rows.flat()));
    for (const value of [hostile.gender, hostile.employment, hostile.brand, hostile.state, hostile.id])
      expect(cells).toContain(value);
    for (const sheet of sheets)
      for (const cell of sheet.cells?.values() ?? []) expect(cell.formula).toBeUndefined();
  });

  it("is text in the PDF, which holds nothing that acts", async () => {
    const { response, bytes } = await report("pdf", `?state=${encodeURIComponent(hostile.state)}`);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/pdf",
      "content-length": String(bytes.length),
      "content-disposition": 'attachment; filename="cardscope-2020-02-29-part.pdf"',
    });
    const text = bytes.toString("latin1");
    expect(text).toContain("/Title (Cardscope report on a part of the portfolio as of 2020-02-29)");
    expect(text).not.toMatch(/\/(JS|JavaScript|Launch|URI|EmbeddedFile|SubmitForm)\b/);
  });
});

describe("a report that cannot be had", () => {
  it("says that a PDF needs a browser", async () => {
    const { response, text } = await report("pdf", "", serve(new ReportFiles({}, () => undefined)));
    expect(response.status).toBe(422);
    expect(errorOf(text)).toMatchObject({
      code: "NOT_COMPUTABLE",
      message: "a PDF needs Chromium or Chrome; none was found",
      hint: expect.stringContaining("CARDSCOPE_CHROMIUM"),
    });
  });

  it.each(["html", "xlsx", "pdf"])("is given up when it takes too long: %s", async (format) => {
    const { response, text } = await report(format, "", serve(new ReportFiles({ seconds: 0.01 })));
    expect(response.status).toBe(500);
    expect(errorOf(text)).toMatchObject({
      code: "OUTPUT_FAILED",
      message: "the report was not written within 0.01 seconds",
    });
    expect((await report("html")).response.status).toBe(200);
  });

  it("refuses a look that cannot be meant", async () => {
    const { response, text } = await report("html", "?score=abc");
    expect(response.status).toBe(400);
    expect(errorOf(text).message).toBe("score: not a range: abc");
  });
});

describe("browsers", () => {
  it("wait their turn, one report at a time", async () => {
    const app = serve();
    const answers = Promise.all(
      Array.from({ length: 4 }, (_, i) => report(i % 2 === 0 ? "html" : "xlsx", "", app)),
    );
    let most = 0;
    let isDone = false;
    const done = answers.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      most = Math.max(most, left().length);
      await wait(1);
    }
    expect((await done).map(({ response }) => response.status)).toEqual([200, 200, 200, 200]);
    expect(most).toBeLessThanOrEqual(1);
  });

  it("that do not read on hold nothing", async () => {
    const { signal } = new AbortController();
    const files = new ReportFiles({ idleSeconds: 0.05 });
    const { body } = await files.write(desk.explorer, wholePortfolio, "html", signal);
    const reader = body.getReader();
    expect((await reader.read()).done).toBe(false);
    await wait(200);
    await expect(reader.read()).rejects.toThrow("does not take the file");
  });

  it.each(["html", "xlsx", "pdf"])("that leave stop the work and free the turn: %s", async (format) => {
    await using dashboard = await openDashboard();
    const url = (path: string) => `${dashboard.url}/api/report.${path}`;
    for (const patience of [5, 60, 250]) {
      const stop = new AbortController();
      const gone = fetch(url(format), { signal: stop.signal }).then(
        (answer) => answer.body?.cancel(),
        () => {},
      );
      await wait(patience);
      stop.abort();
      await gone;
      // the next does not wait for what nobody wants
      const answer = await fetch(url("html?score=700.."));
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
    }
    while (left().length > 0) await wait(10);
  });

  it("that wait when the server stops do not keep it", async () => {
    const dashboard = await openDashboard();
    const asked = fetch(`${dashboard.url}/api/report.pdf`).then(
      () => "answered",
      () => "cut",
    );
    while (left().length === 0) await wait(5);
    await dashboard[Symbol.asyncDispose]();
    expect(await asked).toBe("cut");
    while (left().length > 0) await wait(10);
  });
});
