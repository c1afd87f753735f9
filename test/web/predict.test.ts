import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { wholePortfolio } from "../../src/explore/look.ts";
import { raw } from "../../src/sql/statement.ts";
import { type Folder, openFolder } from "../ingest/folder.ts";
import { type Dashboard, openDashboard } from "../server/dashboard.ts";
import { overflow, poll, settled, Visitor, violations } from "./visitor.ts";

/** One with a model that gives probabilities, one without outcomes and without balances. */
let fitted: Dashboard;
let expert: Dashboard;
let folder: Folder;
let visitor: Visitor;

beforeAll(async () => {
  folder = await openFolder();
  const many = Array.from({ length: 300 }, (_, i) => i + 1);
  const users = many.map(
    (i) => `${i},${450 + ((i * 37) % 400)},${15_000 + ((i * 7919) % 90_000)},${(i * 104_729) % 150_000}`,
  );
  const cards = many.map((i) => `${i},${i},Visa,Credit,12/2030,09/2012,${((i * 31) % 200) * 100}`);
  [visitor, fitted, expert] = await Promise.all([
    Visitor.arrive(),
    openDashboard({ customers: 4_000 }),
    openDashboard({
      files: [
        await folder.file("users.csv", `id,credit_score,yearly_income,total_debt\n${users.join("\n")}\n`),
        await folder.file(
          "cards.csv",
          `card_id,client_id,card_brand,card_type,expires,acct_open_date,credit_limit\n${cards.join("\n")}\n`,
        ),
      ],
      asOf: "2020-02-29",
    }),
  ]);
});
afterEach(() => visitor.leave());
afterAll(async () => {
  await fitted?.[Symbol.asyncDispose]();
  await expert?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
  await visitor?.[Symbol.asyncDispose]();
});

const rows = async ({ desk }: Dashboard, text: string) =>
  (await desk.explorer.at(wholePortfolio, ({ engine }) => engine.query(raw(text)))).rows;
const one = async (dashboard: Dashboard, text: string): Promise<number> =>
  Number(Object.values((await rows(dashboard, text))[0] ?? {})[0]);
const open = async (
  { url }: Dashboard,
  path: string,
  options: Parameters<Visitor["open"]>[1] = {},
): Promise<Page> => {
  const page = await visitor.open(`${url}${path}`, options);
  await settled(page);
  return page;
};
const slider = (page: Page) => page.getByRole("slider", { name: "Cut-off score" });
const assumption = (page: Page, name: string) => page.getByRole("spinbutton", { name, exact: true });
const cutNow = async (page: Page) => ({
  text: (await page.locator(".cut .now").innerText()).replace(/\s+/g, " "),
  score: Number(await slider(page).inputValue()),
});
const count = (n: number) => new Intl.NumberFormat("en-US").format(n);

describe("with outcomes", () => {
  test("the page says what predicts, how it must be called, and how well it does", async () => {
    const page = await open(fitted, "/predict");
    const panel = page.getByRole("region", { name: /^What predicts: (Scorecard|Boosted trees)$/ });
    await panel.getByText("association, not forecast", { exact: true }).waitFor();
    const defaults = await one(fitted, "select count(*) filter (where defaulted) from users");
    expect((await panel.locator(".figures").innerText()).replace(/\s+/g, " ")).toContain(
      `${count(defaults)} of 4,000`,
    );
    await panel.getByText(/^\d+ columns left out, and why$/).click();
    await panel.getByText("gender (barred)").waitFor();
    const titles = await page.locator("main figure h3").allInnerTexts();
    expect(titles).toEqual(expect.arrayContaining(["Watchlist", "Calibration", "Gains", "Risk bands"]));
    expect(await page.locator("main [role=alert]").count()).toBe(0);
    // calibration and gains are lines beside a diagonal
    expect(await page.locator("#quality .diagonal").count()).toBeGreaterThanOrEqual(2);
  });

  test("the cut-off is moved by keys, says what it does, and lives in the address", async () => {
    const page = await open(fitted, "/predict");
    const before = await cutNow(page);
    await slider(page).focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    const after = await cutNow(page);
    expect(after.score).toBeGreaterThan(before.score);
    const below = await one(fitted, `select count(*) from default_profile where score < ${after.score}`);
    expect(after.text).toContain(`${count(below)} customers score below it`);
    expect(after.text).toMatch(/with \d+\.\d% of the defaults; of those who stay, \d+\.\d% default\.$/);
    expect(await slider(page).getAttribute("aria-valuetext")).toContain(`${count(below)} customers`);
    await page.waitForURL(`**/predict?cutoff=${after.score}`);
    const debt = await one(
      fitted,
      `select sum(total_debt_usd) from customer_profile join default_profile using (user_id) where score < ${after.score}`,
    );
    expect(await page.locator(".cut dl").innerText()).toContain(`$${count(Math.round(debt))}`);

    const again = await open(fitted, `/predict?cutoff=${after.score}`);
    expect(await cutNow(again)).toEqual(after);
    await slider(again).focus();
    await again.keyboard.press("End");
    const most = (await cutNow(again)).score;
    await again.keyboard.press("ArrowRight");
    expect((await cutNow(again)).score).toBe(most);
    await again.keyboard.press("Home");
    expect((await cutNow(again)).score).toBeLessThan(before.score);
  });

  test("filters narrow who is counted, and what a model is worth stays", async () => {
    const [whole, part] = [await open(fitted, "/predict"), await open(fitted, "/predict?score=..600")];
    const { score, text } = await cutNow(part);
    const below = await one(
      fitted,
      `select count(*) from default_profile join customer_profile using (user_id) where score < ${score} and credit_score < 600`,
    );
    expect(text).toContain(`${count(below)} customers score below it`);
    const insight = (page: Page) => page.locator("#figure-model-validation .insight").innerText();
    expect(await insight(part)).toBe(await insight(whole));
  });

  test("a customer of the watchlist is opened, and their page gives the same place and reasons", async () => {
    const page = await open(fitted, "/predict?score=300..");
    const [worst] = await rows(fitted, "select * from default_profile where risk_rank = 1");
    const link = page.locator("#watchlist table a").first();
    expect(await link.innerText()).toBe(String(worst?.["user_id"]));
    await link.click();
    await page.waitForURL(`**/customers/${worst?.["user_id"]}?score=300..`);
    const panel = page.getByRole("region", { name: "Risk of default", exact: true });
    await panel.getByText("1 of 4,000").waitFor();
    expect(await panel.locator("ol li").allInnerTexts()).toEqual(String(worst?.["reasons"]).split("; "));
    if (worst?.["change"] !== null) await panel.getByText(String(worst?.["change"])).waitFor();
    await panel.getByText("association, not forecast").waitFor();
    await panel.getByRole("link").click();
    await page.waitForURL("**/predict?score=300..");
  });

  test("the expected loss appears with the reader's own assumptions, and goes with them", async () => {
    const page = await open(fitted, "/predict");
    const loss = page.locator("#loss");
    await loss.getByText(/not computable/).waitFor();
    expect(await page.getByRole("group", { name: "Your assumptions" }).getByRole("spinbutton").count()).toBe(
      2,
    );
    await assumption(page, "Loss given default").fill("45");
    await page.keyboard.press("Tab");
    await assumption(page, "Credit conversion factor").fill("150");
    await page.keyboard.press("Enter");
    // nothing converts more than all of a limit
    await page.waitForURL("**/predict?set.expected_loss.lgd=0.45&set.expected_loss.ccf=1");
    await assumption(page, "Credit conversion factor").fill("50");
    await page.keyboard.press("Enter");
    await page.waitForURL("**set.expected_loss.ccf=0.5");
    const expected = await one(
      fitted,
      `select sum(pd * 0.45 * (balance_valid_usd + 0.5 * greatest(credit_limit_valid_usd - balance_valid_usd, 0)))
      from default_profile join customer_profile using (user_id)`,
    );
    await loss
      .getByText(`$${count(Math.round(expected))}`)
      .first()
      .waitFor();
    expect((await loss.innerText()).toLowerCase()).toContain("no provision");
    await page.getByRole("button", { name: "Clear Loss given default" }).click();
    await page.waitForURL("**/predict?set.expected_loss.ccf=0.5");
    await loss.getByText(/not computable/).waitFor();
  });

  test("the model is taken away, and tried on the portfolio as another one", async () => {
    const page = await open(fitted, "/predict", { refused: true });
    const [model] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "model.json" }).click(),
    ]);
    const path = join(folder.path, "model.json");
    await model.saveAs(path);
    const other = page.getByRole("region", { name: "Another model" });
    await other.locator("input[type=file]").setInputFiles(path);
    await other.getByRole("button", { name: "Validate" }).click();
    const stability = other.getByRole("region", { name: "Table: Stability" });
    await stability.getByText("score (population)").waitFor();
    expect(await stability.locator("tbody tr").first().innerText()).toMatch(/0\.00\s+stable/);
    await other.getByRole("region", { name: "Table: Performance of the model" }).getByText("AUC").waitFor();
    for (const name of ["Stability: ", "Calibration of the model on", "Scores of the training and of"])
      await other.locator(`svg[aria-label^="${name}"]`).waitFor();
    expect(await violations(page)).toEqual([]);
    const [scores] = await Promise.all([
      page.waitForEvent("download"),
      other.getByRole("button", { name: "Scores as csv" }).click(),
    ]);
    expect(scores.suggestedFilename()).toBe("scores.csv");

    const hostile = join(folder.path, "hostile.json");
    await writeFile(hostile, JSON.stringify({ format: "<img src=x onerror=alert(1)>" }));
    await other.locator("input[type=file]").setInputFiles(hostile);
    await other.getByRole("button", { name: "Validate" }).click();
    await other.getByRole("alert").getByText("not a model of Cardscope").waitFor();
    expect(await stability.count()).toBe(0);
  });
});

describe("without outcomes", () => {
  test("the expert card ranks under its label, and what the files cannot say has its reason", async () => {
    const page = await open(expert, "/predict");
    const panel = page.getByRole("region", { name: "What predicts: Expert card" });
    await panel.getByText("not validated on your data", { exact: true }).waitFor();
    expect(await panel.innerText()).toContain("no adverse-action reasons");
    const { score, text } = await cutNow(page);
    const below = await one(expert, `select count(*) from expert_profile where score < ${score}`);
    expect(text).toContain(`${count(below)} customers score below it`);
    expect(text).not.toMatch(/default/);
    expect(await page.locator("#watchlist .insight").innerText()).toContain(
      "The files do not tell utilisation",
    );
    expect(await page.locator("#quality li").first().innerText()).toMatch(
      /not computable, no users\.defaulted/,
    );
    // no assumption makes up for balances that are not there
    expect(await page.locator("#loss").innerText()).toContain("no cards.balance_usd in the files");
    expect(await assumption(page, "Loss given default").count()).toBe(0);
    expect(await page.getByText("Take it away").count()).toBe(0);
  });

  test("its weights are moved by keys, and the ranks follow", async () => {
    const page = await open(expert, "/predict");
    await page.getByText("Weights of the expert card", { exact: true }).click();
    const listed = () => page.locator("#watchlist tbody").innerText();
    const before = await listed();
    expect(before).toContain("credit score");
    const weight = page.getByRole("slider", { name: "Credit score" });
    await weight.focus();
    await page.keyboard.press("Home");
    await page.waitForURL("**/predict?set.expert_card.weight_credit_score=0");
    // no points are lost on what has no weight
    await poll(listed).not.toContain("credit score");
    const ids = await page.locator("#watchlist table a").allInnerTexts();
    const riskiest = await rows(
      expert,
      `select min(total_debt_usd / annual_income_usd) as least from customer_profile where user_id in (${ids.join(", ")})`,
    );
    expect(Number(riskiest[0]?.["least"])).toBeGreaterThan(1.5);
    await page.getByRole("button", { name: "Reset Credit score to 40" }).click();
    await page.waitForURL("**/predict");
    await poll(listed).toBe(before);
  });
});

describe.each(["fitted", "expert"] as const)("%s: every reader", (state) => {
  const at = () => (state === "fitted" ? fitted : expert);
  const path =
    state === "fitted" ? "/predict?set.expected_loss.lgd=0.45&set.expected_loss.ccf=0.5" : "/predict";

  test("has no accessibility violation, in light and dark, wide and narrow", async () => {
    const page = await open(at(), path, { width: 1400 });
    for (const summary of await page.locator("main summary").all()) await summary.click();
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page, ["color-contrast"])).toEqual([]);
    for (const width of [768, 360]) {
      await page.setViewportSize({ width, height: 900 });
      await poll(() => overflow(page), `${width} px`).toBeLessThanOrEqual(0);
    }
    expect(await violations(page, ["color-contrast", "target-size", "scrollable-region-focusable"])).toEqual(
      [],
    );
  });

  test("prints it with the cut-off as a sentence, without what only a screen can do", async () => {
    const page = await open(at(), path, { width: 720 });
    const { text } = await cutNow(page);
    await page.emulateMedia({ media: "print" });
    expect(await slider(page).isVisible()).toBe(false);
    expect(await page.getByRole("region", { name: "Another model" }).isVisible()).toBe(false);
    expect((await page.locator(".cut .now").innerText()).replace(/\s+/g, " ")).toBe(text);
    expect(await page.locator(".cut .bars").isVisible()).toBe(true);
    // nothing is cut off at the edge of the paper; the bar of filters reaches into the margin
    await poll(() => overflow(page)).toBeLessThanOrEqual(4);
  });

  test("sees it before any script has run", async () => {
    await open(at(), path);
    const still = await visitor.open(`${at().url}${path}`, { scripts: false });
    await poll(async () => {
      await still.reload();
      return still.locator(".skeleton").count();
    }).toBe(0);
    expect(await still.locator(".cut .now").innerText()).toMatch(/^Cut-off at \d+ points/);
    expect(await still.locator("[style]").count()).toBe(0);
  });
});
