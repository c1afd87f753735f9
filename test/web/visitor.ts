import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { launchBrowser } from "../browser.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface Visit extends BrowserContextOptions {
  readonly width?: number;
  readonly dark?: boolean;
  /** Without, the page is what the server drew. */
  readonly scripts?: boolean;
  /** The server is to vanish or to refuse: what the browser itself writes about that is no trouble. */
  readonly refused?: boolean;
}

/** Opens pages of a dashboard in a real browser, and notes all that must never happen. */
export class Visitor implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #pages: Page[] = [];
  /** Console errors and warnings, page errors, dialogs, requests elsewhere, reports of the content security policy. */
  readonly trouble: string[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async arrive(): Promise<Visitor> {
    return new Visitor(await launchBrowser());
  }

  async open(
    url: string,
    { width = 1280, dark = false, scripts = true, refused = false, ...context }: Visit = {},
  ): Promise<Page> {
    const page = await this.#browser.newPage({
      viewport: { width, height: 900 },
      colorScheme: dark ? "dark" : "light",
      acceptDownloads: true,
      javaScriptEnabled: scripts,
      ...context,
    });
    this.#pages.push(page);
    page.setDefaultTimeout(20_000);
    const note = (text: string) => this.trouble.push(`${new URL(page.url()).pathname}: ${text}`);
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() !== "error" && message.type() !== "warning") return;
      if (!refused || !/Failed to load resource/.test(text)) note(`${text} ${message.location().url}`);
    });
    page.on("pageerror", (error) => note(String(error)));
    page.on("dialog", async (dialog) => {
      note(`dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
    const { origin } = new URL(url);
    page.on("request", (request) => {
      const to = request.url();
      if (!to.startsWith(`${origin}/`) && !/^(data|blob):/.test(to)) note(`request: ${to}`);
    });
    if (scripts)
      await page.addInitScript(
        "addEventListener('securitypolicyviolation', (e) => console.error('policy', e.violatedDirective, e.blockedURI))",
      );
    await page.goto(url);
    if (scripts) await page.locator("[data-ready]").waitFor();
    return page;
  }

  async leave(): Promise<void> {
    for (const page of this.#pages.splice(0)) await page.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    expect(this.trouble).toEqual([]);
  }
}

/** Waits as long as a busy machine may need. */
export const poll = <T>(read: () => T, message = "") => expect.poll(read, { timeout: 20_000, message });

/** Everything that was asked for is there. */
export async function settled(page: Page): Promise<void> {
  const waiting = page.locator(".skeleton, main [aria-busy=true], dialog [aria-busy=true]");
  await poll(() => waiting.count()).toBe(0);
}

export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate<string[]>(
    `axe.run(${rules ? JSON.stringify({ runOnly: rules }) : ""}).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 300)).join("\\n")))`,
  );
}

/** Pixels that a page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

/** Answers of the SQL page's own address: rows as arrays. */
export async function ask(url: string, query: string): Promise<(string | number | boolean | null)[][]> {
  const response = await fetch(`${url}/api/sql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const answer = (await response.json()) as { rows?: (string | number | boolean | null)[][] };
  if (answer.rows === undefined) throw new Error(`${query}\n${JSON.stringify(answer)}`);
  return answer.rows;
}

export const askOne = async (url: string, query: string): Promise<number> =>
  Number((await ask(url, query))[0]?.[0]);
