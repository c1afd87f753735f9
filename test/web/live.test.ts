import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { LiveDashboard } from "../server/live-dashboard.ts";
import { askOne, overflow, poll, settled, Visitor, violations } from "./visitor.ts";

let visitor: Visitor;
let dashboard: LiveDashboard;
beforeAll(async () => {
  [visitor, dashboard] = await Promise.all([Visitor.arrive(), LiveDashboard.open()]);
  await dashboard.tell(newcomer());
});
afterEach(() => visitor.leave());
afterAll(async () => {
  await dashboard?.[Symbol.asyncDispose]();
  await visitor?.[Symbol.asyncDispose]();
});

let made = 0;
/** A customer that nobody has seen before. */
const newcomer = (data: Readonly<Record<string, unknown>> = {}) => ({
  type: "customer" as const,
  subject: String(900_000 + ++made),
  data: { age: 44, credit_score: 640, annual_income_usd: 50_000, total_debt_usd: 10_000, ...data },
});
const customers = () => askOne(dashboard.url, "select count(*) from users");
const strip = (page: Page) => page.getByRole("group", { name: "Live" });
const headline = (page: Page, label: string) =>
  page.locator("main li", { has: page.locator("p.label", { hasText: new RegExp(`^${label}$`) }) });
const shownCustomers = async (page: Page) =>
  Number(
    (await headline(page, "Customers").locator(".value").innerText())
      .replace(/[^\d].*$/s, "")
      .replaceAll(",", ""),
  );
/** What the stream told is on the page. */
const followed = async (page: Page) => {
  const { position } = dashboard.live.state;
  await poll(() => strip(page).innerText()).toContain(`event ${position.toLocaleString("en-US")}`);
};

describe("the open page", () => {
  test("follows an event within seconds, marks what moved, and takes the mark away again", async () => {
    const page = await visitor.open(`${dashboard.url}/`);
    await settled(page);
    await strip(page).getByText("Live", { exact: true }).waitFor();
    const before = await customers();
    await poll(() => shownCustomers(page)).toBe(before);
    await dashboard.tell(newcomer(), newcomer());
    await poll(() => shownCustomers(page)).toBe(before + 2);
    await poll(() => headline(page, "Customers").locator(".value").innerText()).toMatch(/▲/);
    expect(await headline(page, "Customers").locator(".value").textContent()).toContain("went up");
    await poll(() => page.locator("main .moved").count()).toBe(0);
    // the bar above counts the same
    await poll(() => page.locator("section[aria-label=Selection] strong").first().innerText()).toBe(
      (before + 2).toLocaleString("en-US"),
    );
    // the strip is told once by no reader: it is no live region
    expect(await strip(page).locator("[aria-live], [role=status]").count()).toBe(0);
  });

  test("moves its date with the newest event", async () => {
    const page = await visitor.open(`${dashboard.url}/`);
    await settled(page);
    await dashboard.tell({ ...newcomer(), time: "2025-07-05T10:00:00Z" });
    await poll(() => page.locator("header .as-of").innerText()).toMatch(/5 July 2025/);
    await poll(() => headline(page, "Customers").innerText()).toContain("5 Jul 2025");
  });

  test("never asks twice at once, and asks once more for the newest", async () => {
    const page = await visitor.open(`${dashboard.url}/risk`);
    await settled(page);
    const under = new Map<string, number>();
    let most = 0;
    let asked = 0;
    page.on("request", (request) => {
      if (!request.url().includes("/api/analyses")) return;
      asked++;
      under.set(request.url(), (under.get(request.url()) ?? 0) + 1);
      most = Math.max(most, ...under.values());
    });
    for (const end of ["requestfinished", "requestfailed"] as const)
      page.on(end as "requestfinished", (request) => {
        if (under.has(request.url())) under.set(request.url(), (under.get(request.url()) ?? 1) - 1);
      });
    const before = await askOne(
      dashboard.url,
      "select count(*) from customer_profile where score_band = 'poor'",
    );
    for (let i = 0; i < 8; i++) {
      await dashboard.tell(newcomer({ credit_score: 400 }));
      await page.waitForTimeout(60);
    }
    await page.getByRole("button", { name: "View as table" }).nth(1).click();
    const cell = page
      .locator("#figure-credit-score-bands tbody tr", { hasText: "poor" })
      .locator("td")
      .nth(1);
    await poll(async () => Number.parseInt(await cell.innerText(), 10)).toBe(before + 8);
    expect(most).toBe(1);
    expect(asked).toBeGreaterThan(0);
    // nothing was dimmed meanwhile, and nothing was waited for
    expect(await page.locator("[aria-busy=true]").count()).toBe(0);
  });

  test("headlines wait for nothing, the rest comes one at a time, and a page that is left keeps nobody waiting", async () => {
    const page = await visitor.open(`${dashboard.url}/`);
    await settled(page);
    const isRest = (url: string) => /crossfilter|\/portfolio|credit-score-bands/.test(url);
    const rest: string[] = [];
    let isHeld = false;
    page.on("request", (request) => {
      if (isRest(request.url())) rest.push(request.url());
    });
    // an answer that does not come
    await page.route(/\/api\/crossfilter/, () => {
      isHeld = true;
    });
    const before = await customers();
    await dashboard.tell(newcomer());
    await poll(() => isHeld).toBe(true);
    const asked = rest.length;
    await dashboard.tell(newcomer());
    await poll(() => shownCustomers(page)).toBe(before + 2);
    await dashboard.tell(newcomer({ credit_score: 400 }));
    await poll(() => shownCustomers(page)).toBe(before + 3);
    expect(rest).toHaveLength(asked);

    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Risk" }).click();
    await page.getByRole("heading", { level: 1, name: /risk/i }).waitFor();
    await settled(page);
    const poor = await askOne(
      dashboard.url,
      "select count(*) from customer_profile where score_band = 'poor'",
    );
    await page.getByRole("button", { name: "View as table" }).nth(1).click();
    const row = page.locator("#figure-credit-score-bands tbody tr", { hasText: "poor" });
    const shown = async () => Number.parseInt(await row.locator("td").nth(1).innerText(), 10);
    await poll(shown).toBe(poor);
    await dashboard.tell(newcomer({ credit_score: 400 }));
    await poll(shown).toBe(poor + 1);
  });

  test("keeps the brush, the focus, what is half typed and what is open", async () => {
    const page = await visitor.open(`${dashboard.url}/?score=600..700`);
    await settled(page);
    const selected = () => page.locator("section[aria-label=Selection] strong").first().innerText();
    const handle = page.getByRole("slider", { name: "Credit score, from" });
    const at = await handle.getAttribute("aria-valuenow");
    await page.getByRole("button", { name: "Table of Age" }).click();
    await handle.focus();
    const before = await askOne(
      dashboard.url,
      "select count(*) from customer_profile where credit_score >= 600 and credit_score < 700",
    );
    await poll(selected).toBe(before.toLocaleString("en-US"));
    await dashboard.tell(newcomer(), newcomer());
    await poll(selected).toBe((before + 2).toLocaleString("en-US"));
    expect(await handle.getAttribute("aria-valuenow")).toBe(at);
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe(
      "Credit score, from",
    );
    expect(new URL(page.url()).search).toBe("?score=600..700");
    expect(await page.getByRole("button", { name: "Table of Age" }).getAttribute("aria-pressed")).toBe(
      "true",
    );

    await page.goto(`${dashboard.url}/customers`);
    await settled(page);
    await page.getByLabel("Id of a customer or card").pressSequentially("9000");
    await dashboard.tell(newcomer());
    await followed(page);
    expect(await page.getByLabel("Id of a customer or card").inputValue()).toBe("9000");
  });

  test("a brush that is moving is not moved from under the hand", async () => {
    const page = await visitor.open(`${dashboard.url}/`);
    await settled(page);
    const field = page.getByRole("region", { name: "Age", exact: true }).locator("rect.field");
    const box = await field.boundingBox();
    if (box === null) throw new Error("no view to brush");
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2, { steps: 4 });
    await dashboard.tell(newcomer({ age: 99 }), newcomer({ age: 18 }));
    await followed(page);
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/age=/);
    const [from, to] = new URL(page.url()).searchParams.get("age")?.split("..").map(Number) ?? [];
    const count = await askOne(
      dashboard.url,
      `select count(*) from customer_profile where age >= ${from} and age < ${to}`,
    );
    await poll(() => page.locator("section[aria-label=Selection] strong").first().innerText()).toBe(
      count.toLocaleString("en-US"),
    );
  });

  test("rows that are open follow, where the reader has scrolled to", async () => {
    const rows = encodeURIComponent(JSON.stringify({ analysis: "high-debt-customers" }));
    const page = await visitor.open(`${dashboard.url}/risk?rows=${rows}`);
    const dialog = page.getByRole("dialog");
    const grid = dialog.getByRole("grid");
    await grid.getByRole("gridcell").first().waitFor();
    const total = async () =>
      Number.parseInt((await dialog.locator(".bar p").first().innerText()).replaceAll(",", ""), 10);
    const before = await total();
    await grid.evaluate((element) => {
      (element as unknown as { scrollTop: number }).scrollTop = 600;
    });
    await dashboard.tell(newcomer({ total_debt_usd: 40_000 }));
    await poll(total).toBe(before + 1);
    expect(await grid.evaluate((element) => (element as unknown as { scrollTop: number }).scrollTop)).toBe(
      600,
    );
    expect(await grid.getAttribute("aria-busy")).toBe("false");
  });

  test("predictions follow when they have been learnt anew, not before", async () => {
    // nothing is left to be learnt of what came before
    await poll(() => dashboard.live.state.learnt_position).toBe(dashboard.live.state.position);
    const page = await visitor.open(`${dashboard.url}/predict`);
    await settled(page);
    const asked: string[] = [];
    page.on("request", (request) => {
      if (/\/api\/(analyses|model)/.test(request.url()))
        asked.push(`${dashboard.live.state.learnt_position}`);
    });
    const learnt = dashboard.live.state.learnt_position;
    await dashboard.tell(newcomer());
    await followed(page);
    await poll(() => asked.length).toBeGreaterThan(0);
    expect(asked.every((at) => Number(at) > learnt)).toBe(true);
  });
});

test("rows of a query stand still, say which event they are of, and how many came since", async () => {
  await poll(() => dashboard.live.state.position).toBe(dashboard.live.state.committed);
  const page = await visitor.open(
    `${dashboard.url}/sql?q=${encodeURIComponent("select count(*) as n from users")}`,
  );
  await followed(page);
  const { position } = dashboard.live.state;
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const said = page.getByText(/^These rows are of event/);
  await poll(() => said.innerText()).toMatch(
    new RegExp(`event ${position.toLocaleString("en-US")}, read at \\d\\d:\\d\\d:\\d\\d, and do not follow`),
  );
  const rows = page.getByRole("region", { name: "Result" });
  const before = await rows.innerText();
  await dashboard.tell(newcomer(), newcomer());
  await poll(() => said.innerText()).toMatch(/2 events have come since: run it again/);
  expect(await rows.innerText()).toBe(before);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await poll(() => said.innerText()).not.toMatch(/since/);
});

test("nothing says that a live portfolio is what its files were", async () => {
  const page = await visitor.open(`${dashboard.url}/`);
  await settled(page);
  for (const path of ["/", "/risk", "/customers", "/data-quality", "/what-if", "/sql"]) {
    await page.goto(`${dashboard.url}${path}`);
    await settled(page);
    expect(await page.locator("body").innerText(), path).not.toMatch(/rows of the|customers file|the file\b/);
    expect(await page.getByRole("contentinfo").innerText()).toMatch(/and events since/);
    expect(await page.getByText("Run it again").count()).toBe(0);
  }
});

describe("a reader who pauses", () => {
  test("sees the figures stand still, how far they are behind, and all of it move afterwards", async () => {
    const page = await visitor.open(`${dashboard.url}/`);
    await settled(page);
    await followed(page);
    const before = await shownCustomers(page);
    const pause = strip(page).getByRole("button", { name: "Pause the figures" });
    await pause.focus();
    await page.keyboard.press("Space");
    expect(await pause.getAttribute("aria-pressed")).toBe("true");
    await poll(() => page.locator("header [aria-live=polite]").first().textContent()).toBe(
      "Figures are paused",
    );
    await dashboard.tell(newcomer(), newcomer(), newcomer());
    await poll(() => strip(page).innerText()).toMatch(/Paused[\s\S]*3 behind/);
    await page.waitForTimeout(400);
    expect(await shownCustomers(page)).toBe(before);
    await page.keyboard.press("Space");
    await poll(() => shownCustomers(page)).toBe(before + 3);
    expect(await strip(page).innerText()).not.toMatch(/behind/);
  });

  test("and asks for something else gets all of the page at one position", async () => {
    const page = await visitor.open(`${dashboard.url}/`);
    await settled(page);
    await followed(page);
    await strip(page).getByRole("button", { name: "Pause the figures" }).click();
    await dashboard.tell(newcomer({ credit_score: 777 }));
    await poll(() => strip(page).innerText()).toMatch(/1 behind/);
    await page.getByRole("radio", { name: "Count cards" }).check({ force: true });
    await poll(() => strip(page).innerText()).not.toMatch(/behind/);
    await poll(() => shownCustomers(page)).toBe(await customers());
    expect(await strip(page).innerText()).toMatch(/Paused/);
  });

  test("a tab that nobody looks at asks for nothing, and once when it is looked at again", async () => {
    const page = await visitor.open(`${dashboard.url}/`);
    await settled(page);
    await followed(page);
    const before = await shownCustomers(page);
    const look = (hidden: boolean) =>
      page.evaluate(`Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));`);
    await look(true);
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/api/analyses")) asked.push(request.url());
    });
    await dashboard.tell(newcomer());
    await dashboard.tell(newcomer());
    await poll(() => dashboard.live.state.position).toBe(dashboard.live.state.committed);
    await page.waitForTimeout(1_000);
    expect(asked).toEqual([]);
    await look(false);
    await poll(() => shownCustomers(page)).toBe(before + 2);
    // headlines, and sentences
    expect(asked.length).toBeGreaterThan(0);
    expect(asked).toHaveLength(new Set(asked).size);
  });
});

test("a server that is gone and back is told, and found again without a reload", async () => {
  const page = await visitor.open(`${dashboard.url}/`, { refused: true });
  await settled(page);
  await followed(page);
  // what has not come yet would be missed
  await page.locator("#sentences-title").waitFor();
  await page.evaluate("window.stayed = true");
  const before = await shownCustomers(page);
  await dashboard.stop();
  try {
    await poll(() => strip(page).innerText()).toMatch(/Reconnecting…\s+since \d\d:\d\d:\d\d/);
    // the figures stay, and no failure stands in their place
    expect(await shownCustomers(page)).toBe(before);
    expect(await page.locator("main [role=alert]").allTextContents()).toEqual([]);
    expect(await page.locator("main").innerText()).not.toMatch(/Failed to fetch|does not answer/);
    await poll(() => page.locator("header [aria-live=polite]").first().textContent()).toMatch(/reconnecting/);
  } finally {
    await dashboard.start();
  }
  await poll(() => strip(page).getAttribute("data-state")).toBe("live");
  await dashboard.tell(newcomer());
  await poll(() => shownCustomers(page)).toBe(before + 1);
  expect(await page.evaluate("window.stayed")).toBe(true);
});

describe("the page Live", () => {
  test("says on every page that a broker is away, and takes it back", async () => {
    const page = await visitor.open(`${dashboard.url}/`);
    await settled(page);
    const feed = (status: "connected" | "reconnecting") => {
      const said = { name: "nats EVENTS", kind: "nats" as const, status, position: 7, pending: 5 };
      dashboard.live.feeds = [{ status: said }];
      dashboard.live.tell();
    };
    feed("reconnecting");
    await strip(page).getByText("Live, nats EVENTS reconnecting", { exact: true }).waitFor();
    const told = page.locator("header [aria-live=polite]").first();
    await poll(() => told.textContent()).toBe("A feed brings no events: nats EVENTS reconnecting");
    await page.goto(`${dashboard.url}/live`);
    await settled(page);
    const feeds = page.getByRole("region", { name: "Feeds", exact: true });
    // how many wait there is not known now
    expect(await feeds.innerText()).not.toMatch(/waiting/);
    feed("connected");
    await poll(() => feeds.innerText()).toMatch(/connected[\s\S]*5 waiting/);
    await strip(page).getByText("Live", { exact: true }).waitFor();
    dashboard.live.feeds = [];
    dashboard.live.tell();
  });

  test("is no longer than what it shows, however many letters there are", async () => {
    await dashboard.post(...Array.from({ length: 60 }, (_, i) => `no event ${i}`));
    const page = await visitor.open(`${dashboard.url}/live`, { width: 390 });
    await settled(page);
    const below = await page.evaluate<number>(
      "document.documentElement.scrollHeight - document.querySelector('body footer:last-of-type').getBoundingClientRect().bottom - scrollY",
    );
    expect(below).toBeLessThan(100);
    await page.getByRole("button", { name: "Discard all" }).click();
    await page.getByText("None is open.").waitFor();
  });

  test("shows the last changes and leads to the customer", async () => {
    const page = await visitor.open(`${dashboard.url}/live`);
    const change = newcomer();
    await dashboard.tell(change, { type: "balance", subject: "1", data: { balance_usd: 12.5 } });
    const table = page.getByRole("region", { name: "Table: last changes" });
    await poll(() => table.locator("tbody tr").first().innerText()).toMatch(/balance\s+1\s+set\s+applied/);
    await table.getByRole("link", { name: change.subject }).click();
    await page.getByRole("heading", { name: `Customer ${change.subject}`, exact: true }).waitFor();
  });

  test("lists dead letters, replays them and discards them", async () => {
    const page = await visitor.open(`${dashboard.url}/live`, { refused: true });
    await settled(page);
    const letters = page.getByRole("region", { name: "Dead letters", exact: true });
    await letters.getByText("None is open.").waitFor();
    const early = JSON.stringify({
      ...newcomer(),
      id: "4111111111111111",
      source: "test",
      sequence: 1,
      time: new Date(Date.now() + 30 * 60 * 60_000).toISOString(),
    });
    expect(await dashboard.post("<b>garbage</b>", early)).toBe(400);
    await letters.getByText("2 letters open").waitFor();
    expect(await letters.innerText()).toMatch(/is more than a day ahead/);
    expect(await letters.innerText()).not.toMatch(/4111111111111111|garbage/);
    const [first = ""] = await letters.locator("pre").allTextContents();
    expect(first).toContain('"source":"test"');
    // it is still ahead, and becomes a letter of another number
    await letters
      .getByRole("button", { name: /^Replay letter/ })
      .first()
      .click();
    await poll(() => letters.getByRole("status").innerText()).toMatch(/1 letter still not: .*ahead/);
    await poll(() => letters.locator("li").count()).toBe(2);
    await letters.getByRole("button", { name: "Discard all" }).click();
    await letters.getByText("None is open.").waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toBe("None is open.");
    await poll(() => letters.getByRole("status").innerText()).toBe("2 letters discarded");
  });

  test("says where events go, and not the token", async () => {
    const page = await visitor.open(`${dashboard.url}/live`);
    const sending = page.getByRole("region", { name: "How to send events", exact: true });
    expect(await sending.innerText()).toContain(`POST ${dashboard.url}/api/events`);
    expect(await page.content()).not.toContain(dashboard.live.workspace.token);
  });
});

test("the page Files opens no other files, and neither does the API", async () => {
  const page = await visitor.open(`${dashboard.url}/files`);
  await page.getByText(/This portfolio is live: it began with users.csv and cards.csv/).waitFor();
  expect(await page.locator("input[type=file]").count()).toBe(0);
  const response = await fetch(`${dashboard.url}/api/imports`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uploads: ["a"] }),
  });
  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({ error: { code: "LIVE" } });
});

describe("the page Alerts", () => {
  test("adds a rule by keyboard, tells that it fires, and deletes it", async () => {
    const page = await visitor.open(`${dashboard.url}/alerts`);
    await settled(page);
    await page.getByText("There is no rule yet").waitFor();
    const form = page.locator("form");
    await form.getByRole("combobox", { name: "Analysis" }).selectOption("credit-score-bands");
    await form.getByRole("combobox", { name: "Of", exact: true }).selectOption({ label: "poor" });
    const poor = await askOne(
      dashboard.url,
      "select count(*) from customer_profile where score_band = 'poor'",
    );
    await form.getByText(`now ${poor}`, { exact: true }).waitFor();
    const button = form.getByRole("button", { name: "Add the rule" });
    expect(await button.getAttribute("aria-disabled")).toBe("true");
    await form.getByLabel("Threshold").focus();
    await page.keyboard.type(String(poor));
    expect(await form.getByLabel("Name").inputValue()).toBe(`Credit score: Customers of poor above ${poor}`);
    await page.keyboard.press("Enter");
    const rules = page.getByRole("region", { name: "Table: rules" });
    await poll(() => rules.locator("tbody tr").innerText()).toMatch(/quiet/);
    // half a name that is being typed survives what follows
    await form.getByLabel("Name").fill("half a na");
    await dashboard.tell(newcomer({ credit_score: 400 }));
    await poll(() => rules.locator("tbody tr").innerText()).toMatch(/firing/);
    expect(await rules.locator("tbody tr").innerText()).toContain(String(poor + 1));
    expect(await form.getByLabel("Name").inputValue()).toBe("half a na");
    const link = page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: /^Alerts/ });
    await poll(() => link.innerText()).toMatch(/1 firing/);
    await poll(() => page.locator("header [aria-live=polite]").first().textContent()).toBe(
      "1 alert is firing",
    );
    expect(await violations(page)).toEqual([]);
    await rules.getByRole("button", { name: /^Delete/ }).click();
    await page.getByText("There is no rule yet").waitFor();
    await poll(() => link.innerText()).not.toMatch(/firing/);
  });

  test("a rule may be of what is selected", async () => {
    const page = await visitor.open(`${dashboard.url}/alerts?score=600..700`);
    await settled(page);
    await page.getByRole("checkbox", { name: /Only of what is selected: Credit score 600 to 699/ }).check();
    const selected = await askOne(
      dashboard.url,
      "select count(*) from customer_profile where credit_score >= 600 and credit_score < 700",
    );
    await page.getByText(`now ${selected}`, { exact: true }).waitFor();
    await page.getByLabel("Threshold").fill("1");
    await page.getByRole("button", { name: "Add the rule" }).click();
    const row = page.getByRole("region", { name: "Table: rules" }).locator("tbody tr");
    await poll(() => row.innerText()).toMatch(
      new RegExp(`firing[\\s\\S]*Credit score 600 to 699[\\s\\S]*${selected}`),
    );
    await row.getByRole("button", { name: /^Delete/ }).click();
    await page.getByText("There is no rule yet").waitFor();
  });
});

describe("the page History", () => {
  const days = async () =>
    ((await (await fetch(`${dashboard.url}/api/history`)).json()) as { days: string[] }).days;

  test("draws a figure day by day, marks the day that still moves, and has the same as a table", async () => {
    await dashboard.tell({ ...newcomer(), time: "2025-07-06T10:00:00Z" });
    await expect.poll(async () => (await days()).length, { timeout: 50_000 }).toBeGreaterThan(1);
    const page = await visitor.open(`${dashboard.url}/history?figure=customers`);
    await settled(page);
    const now = await customers();
    const chart = page.locator("svg[role=graphics-document]");
    await poll(() => chart.getAttribute("aria-label")).toContain(`${now.toLocaleString("en-US")} on `);
    const kept = await chart.locator("[data-mark]").count();
    expect(kept).toBeGreaterThan(1);
    expect(await chart.locator("[data-mark]").last().getAttribute("aria-label")).toMatch(
      /, so far: Customers/,
    );
    expect(await chart.locator(".hollow").count()).toBe(1);
    await dashboard.tell(newcomer());
    await poll(() => chart.getAttribute("aria-label")).toContain(`${(now + 1).toLocaleString("en-US")} on `);
    await page.getByRole("button", { name: "View as table" }).click();
    expect(
      await page
        .getByRole("region", { name: /^Table: The portfolio/ })
        .first()
        .innerText(),
    ).toMatch(/so far/);
    expect(await violations(page)).toEqual([]);
  });

  test("compares two days, and the address holds the choice", async () => {
    await expect.poll(async () => (await days()).length, { timeout: 50_000 }).toBeGreaterThan(1);
    const page = await visitor.open(`${dashboard.url}/history`);
    await settled(page);
    const known = await days();
    await page.getByRole("combobox", { name: "From" }).selectOption(known[0] ?? "");
    await page.waitForURL((url) => url.searchParams.get("from") === known[0]);
    const table = page.getByRole("region", { name: "Table: The portfolio at a glance on two days" });
    const line = table.getByRole("row", { name: /^Customers \d/ });
    await poll(() => line.innerText()).toMatch(/▲ \+\d/);
    const unchanged = await table.locator("tbody tr").count();
    await page.getByLabel("Only what changed").uncheck();
    await poll(() => table.locator("tbody tr").count()).toBeGreaterThan(unchanged);
    await page.getByRole("combobox", { name: "Analysis" }).selectOption("debt-to-income");
    await page.waitForURL(/analysis=debt-to-income/);
    await page.reload();
    await settled(page);
    expect(await page.getByRole("combobox", { name: "Analysis" }).inputValue()).toBe("debt-to-income");
    expect(await page.getByRole("combobox", { name: "From" }).inputValue()).toBe(known[0]);
  });
});

describe("the first paint", () => {
  test("has the position and the last changes before any script has run, and nothing jumps afterwards", async () => {
    await dashboard.tell(newcomer());
    await poll(() => dashboard.live.state.position).toBe(dashboard.live.state.committed);
    for (const path of ["/", "/live"]) await (await fetch(`${dashboard.url}${path}`)).text();
    const drawn = await visitor.open(`${dashboard.url}/live`, { scripts: false });
    expect(await strip(drawn).innerText()).toContain(
      `event ${dashboard.live.state.position.toLocaleString("en-US")}`,
    );
    expect(
      await drawn.getByRole("region", { name: "Table: last changes" }).locator("tbody tr").count(),
    ).toBeGreaterThan(0);
    const places = (page: Page) =>
      page.evaluate<number[]>(
        "[...document.querySelectorAll('header, main, main section, main h2')].map((e) => Math.round(e.getBoundingClientRect().top))",
      );
    const before = await places(drawn);
    const page = await visitor.open(`${dashboard.url}/live`);
    await settled(page);
    expect(await places(page)).toEqual(before);
  });

  test("costs no more script than it may", async () => {
    const html = await (await fetch(`${dashboard.url}/`)).text();
    const scripts = [...html.matchAll(/modulepreload" href="([^"]+)"/g)].map(([, href]) => href);
    let bytes = 0;
    for (const href of scripts)
      bytes += gzipSync(Buffer.from(await (await fetch(`${dashboard.url}${href}`)).arrayBuffer())).length;
    expect(bytes / 1024).toBeLessThan(120);
  });
});

describe("a workspace without files", () => {
  test("says how to send events, and shows figures as soon as there are customers", async () => {
    await using empty = await LiveDashboard.open({ customers: 0 });
    const page = await visitor.open(`${empty.url}/`, { width: 1400 });
    await settled(page);
    const begin = page.getByRole("region", { name: "No customer yet" });
    expect(await begin.innerText()).toContain(`POST ${empty.url}/api/events`);
    expect(await page.locator("main").innerText()).not.toMatch(/not computable|the files/i);
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 900 });
    await poll(() => overflow(page)).toBeLessThanOrEqual(0);
    await empty.tell(newcomer(), newcomer());
    await poll(() => shownCustomers(page)).toBe(2);
    await poll(() => begin.count()).toBe(0);
    await page.getByRole("heading", { name: "Brush any view, the others follow" }).waitFor();
    expect(await page.locator("footer").innerText()).toMatch(/^events alone\./);
    await visitor.leave();
  });
});

const phone = ["color-contrast", "target-size", "scrollable-region-focusable"];
test.each(["/live", "/alerts", "/history", "/files"])(
  "%s fits every width and has no accessibility violation in light and dark",
  async (path) => {
    await dashboard.post("no event");
    const page = await visitor.open(`${dashboard.url}${path}`, { width: 1400 });
    await settled(page);
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page, ["color-contrast"])).toEqual([]);
    for (const width of [1400, 768, 360]) {
      await page.setViewportSize({ width, height: 900 });
      await poll(() => overflow(page), `${path} at ${width} px`).toBeLessThanOrEqual(0);
    }
    expect(await violations(page, phone)).toEqual([]);
  },
);
