import { chromium, type Page } from "playwright-core";
import { findChromium } from "../../src/outputs/chromium.ts";

/** A page of the dashboard in a real browser, and when which number of customers was painted on it. */
export class Screen implements AsyncDisposable {
  readonly #close: () => Promise<void>;
  readonly #page: Page;

  private constructor(page: Page, close: () => Promise<void>) {
    this.#page = page;
    this.#close = close;
  }

  static async open(url: string): Promise<Screen> {
    const path = findChromium();
    const browser = await chromium.launch({
      ...(path !== undefined && { executablePath: path }),
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    });
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    await page.goto(url);
    await page.locator("[data-ready]").waitFor();
    await page.locator("#headlines-title").waitFor({ state: "attached" });
    await page.evaluate(WATCH);
    return new Screen(page, () => browser.close());
  }

  /** Numbers of customers with the time at which each was first on the screen, in milliseconds since 1970. */
  painted(): Promise<[customers: number, at: number][]> {
    return this.#page.evaluate("window.painted");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

/** After the second frame, what was changed before the first is on the screen. */
const WATCH = `{
  window.painted = [];
  const section = document.querySelector("#headlines-title").closest("section");
  const customers = () => {
    const figure = [...section.querySelectorAll("li, div, button")].find((e) => /^\\s*Customers\\b/.test(e.textContent));
    return Number(/[\\d,]{2,}/.exec(figure?.textContent ?? "")?.[0].replaceAll(",", ""));
  };
  let last = customers();
  new MutationObserver(() => {
    const now = customers();
    if (now === last || Number.isNaN(now)) return;
    last = now;
    requestAnimationFrame(() => requestAnimationFrame(() => window.painted.push([now, Date.now()])));
  }).observe(section, { subtree: true, childList: true, characterData: true });
}`;
