import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, openDashboard } from "../server/dashboard.ts";
import { askOne, poll, settled, Visitor, violations } from "./visitor.ts";

let visitor: Visitor;
let dashboard: Dashboard;
beforeAll(async () => {
  [visitor, dashboard] = await Promise.all([Visitor.arrive(), openDashboard()]);
});
afterEach(() => visitor.leave());
afterAll(async () => {
  await dashboard?.[Symbol.asyncDispose]();
  await visitor?.[Symbol.asyncDispose]();
});

const slider = (page: Page, name: string) => page.getByRole("slider", { name, exact: true });
const at = async (page: Page, view: string) => [
  Number(await slider(page, `${view}, from`).getAttribute("aria-valuenow")),
  Number(await slider(page, `${view}, to`).getAttribute("aria-valuenow")),
];
const selected = async (page: Page) =>
  Number(
    (
      (await page.getByRole("region", { name: "Selection" }).locator("strong").first().textContent()) ?? ""
    ).replaceAll(",", ""),
  );

describe("with the keyboard alone", () => {
  test("a brush is drawn, moved, and cleared; each stop is one step of the address", async () => {
    const page = await visitor.open(`${dashboard.url}/`);
    await settled(page);
    const whole = await selected(page);
    const [, bins = 0] = await at(page, "Age");
    await slider(page, "Age, from").focus();
    for (const [key, expected] of [
      ["ArrowRight", [1, bins]],
      ["PageUp", [3, bins]],
      ["ArrowUp", [4, bins]],
      ["ArrowLeft", [3, bins]],
      ["PageDown", [1, bins]],
      ["End", [bins - 1, bins]],
      ["Home", [0, bins]],
    ] as const) {
      await page.keyboard.press(key);
      expect(await at(page, "Age"), key).toEqual(expected);
    }
    // nothing is left out, so there is no filter
    await expect.poll(() => new URL(page.url()).search).toBe("");
    await page.keyboard.press("PageUp");
    await slider(page, "Age, to").focus();
    for (let i = 0; i < 10; i++) await page.keyboard.press("PageDown");
    expect(await at(page, "Age")).toEqual([2, bins - 20]);
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Shift+PageUp");
    const [lo = 0, hi = 0] = await at(page, "Age");
    expect([lo, hi]).toEqual([5, bins - 17]);
    const [from, to] = new URL(page.url()).searchParams.get("age")?.split("..").map(Number) ?? [];
    await poll(() => selected(page)).toBe(
      await askOne(
        dashboard.url,
        `select count(*) from customer_profile where age >= ${from} and age < ${to}`,
      ),
    );
    expect(Number(to) - Number(from)).toBe(hi - lo);
    // a screen reader hears the bounds in words
    expect(await slider(page, "Age, from").getAttribute("aria-valuetext")).toBe(String(from));
    expect(await slider(page, "Age, to").getAttribute("aria-valuetext")).toBe(String(Number(to) - 1));
    await page.keyboard.press("Escape");
    await poll(() => selected(page)).toBe(whole);
    await expect.poll(() => new URL(page.url()).search).toBe("");
    // still where the reader was
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Age, to");
    await poll(() => page.locator("section[aria-label=Selection] [aria-live]").textContent()).toBe("");
  });

  test("states are walked, toggles pressed, and what was chosen is announced", async () => {
    const page = await visitor.open(`${dashboard.url}/`);
    await settled(page);
    const map = page.getByRole("group", { name: "State", exact: true });
    await map.locator("button[tabindex='0']").focus();
    await page.keyboard.press("ArrowRight");
    const name = String(await page.evaluate("document.activeElement.dataset.mark"));
    expect(name).toMatch(/^[A-Z]{2}$/);
    expect(await map.locator("button[tabindex='0']").count()).toBe(1);
    await page.keyboard.press("Space");
    const count = await askOne(
      dashboard.url,
      `select count(*) from customer_profile where state = '${name}'`,
    );
    await poll(() => selected(page)).toBe(count);
    await poll(() => page.locator("section[aria-label=Selection] [aria-live]").textContent()).toMatch(
      new RegExp(`^${count} customers and \\d+ cards selected$`),
    );
    await page.getByRole("radio", { name: "Count customers" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(/grain=cards/);
  });

  test("every control is reached by Tab, in the order in which it is read, and its focus is seen", async () => {
    const page = await visitor.open(`${dashboard.url}/?state=CA`, { width: 1400, reducedMotion: "reduce" });
    await settled(page);
    const controls = await page.evaluate<number>(
      `(() => {
        const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")]
          .filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ visibilityProperty: true }))
          .filter((e) => e.type !== "radio" || e.checked);
        // how it looks, with the label around it and the parts in it
        window.lookOf = (e) => [e, e.closest("label"), ...e.querySelectorAll("rect, line, path")].filter(Boolean).map((x) => {
          const { outlineStyle, outlineWidth, stroke, strokeWidth, fill, left } = getComputedStyle(x);
          return [outlineStyle, outlineWidth, stroke, strokeWidth, fill, left].join(" ");
        }).join();
        all.forEach((e, i) => { e.dataset.stop = i; e.before_ = lookOf(e); });
        return all.length;
      })()`,
    );
    expect(controls).toBeGreaterThan(60);
    const seen: number[] = [];
    const unseen: string[] = [];
    for (let i = 0; i < controls + 5 && seen.length < controls; i++) {
      await page.keyboard.press("Tab");
      const [stop, visible, html] = await page.evaluate<[number, boolean, string]>(`(() => {
        const e = document.activeElement;
        return [Number(e.dataset.stop ?? -1), e.before_ !== lookOf(e), e.outerHTML.slice(0, 160)];
      })()`);
      seen.push(stop);
      if (!visible) unseen.push(html);
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(new Set(seen).size).toBe(controls);
    expect(unseen).toEqual([]);
  });

  test("the page is skipped to, rows are opened and closed, and the focus stays in them", async () => {
    const page = await visitor.open(`${dashboard.url}/demographics`);
    await settled(page);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    const mark = page.locator("#figure-age-distribution [data-mark]").first();
    await mark.focus();
    await page.keyboard.press("ArrowDown");
    const label = await page.evaluate<string>("document.activeElement.getAttribute('aria-label')");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("gridcell").first().waitFor();
    for (let i = 0; i < 25; i++) {
      await page.keyboard.press("Tab");
      expect(
        await page.evaluate(
          "document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)",
        ),
      ).toBe(true);
    }
    await page.keyboard.press("Escape");
    await poll(() => dialog.count()).toBe(0);
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe(label);
    await expect.poll(() => new URL(page.url()).search).toBe("");
  });
});

describe("a reader", () => {
  test("who wants no motion sees none", async () => {
    const page = await visitor.open(`${dashboard.url}/`, { reducedMotion: "reduce" });
    await settled(page);
    const moving = () =>
      page.evaluate<string[]>(
        `[...document.querySelectorAll("*")].filter((e) => { const s = getComputedStyle(e); return parseFloat(s.transitionDuration) > 0.01 || (s.animationName !== "none" && parseFloat(s.animationDuration) > 0.01); }).map((e) => e.outerHTML.slice(0, 100))`,
      );
    expect(await moving()).toEqual([]);
    await page.goto(`${dashboard.url}/risk?score=..600`);
    expect(await moving()).toEqual([]);
    expect(await page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")).toBe("auto");
  });

  test.each(["/?score=600..700&state=CA", "/risk?score=600..700&state=CA", "/customers/12"])(
    "who prints has figures and filters, without controls, whole: %s",
    async (path) => {
      const page = await visitor.open(`${dashboard.url}${path}`, { dark: true });
      await settled(page);
      // an A4 page between its margins
      await page.setViewportSize({ width: 718, height: 1000 });
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(
        "rgb(255, 255, 255)",
      );
      expect(await page.getByRole("navigation", { name: "Pages" }).isVisible()).toBe(false);
      for (const control of await page.locator("main button.tool, main fieldset, main input").all())
        expect(await control.isVisible()).toBe(false);
      const filters = page.getByRole("list", { name: "Filters and settings in force" });
      if (path.includes("?")) expect(await filters.innerText()).toMatch(/600 to 699[\s\S]*CA/);
      const clipped = await page.evaluate<string[]>(
        `[...document.querySelectorAll("main *")].filter((e) => e instanceof HTMLElement && e.checkVisibility() && getComputedStyle(e).overflowX !== "visible" && e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1).map((e) => e.outerHTML.slice(0, 120))`,
      );
      expect(clipped).toEqual([]);
      expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(10_000);
    },
  );

  test("with a phone finds controls large enough to hit, none over another", async () => {
    const page = await visitor.open(`${dashboard.url}/?score=600..700&state=CA`, {
      width: 360,
      hasTouch: true,
    });
    await settled(page);
    expect(await violations(page, ["target-size"])).toEqual([]);
    const overlaps = await page.evaluate<string[]>(`(() => {
      const all = [...document.querySelectorAll("main button, main a, main summary, main label, header a, header summary, header label")]
        .filter((e) => e.checkVisibility() && !e.closest("details:not([open]) > :not(summary)"))
        .map((e) => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width > 1 && r.height > 1);
      const over = [];
      for (const [i, [a, r]] of all.entries()) for (const [b, s] of all.slice(i + 1)) {
        if (a.contains(b) || b.contains(a)) continue;
        const x = Math.min(r.right, s.right) - Math.max(r.left, s.left);
        const y = Math.min(r.bottom, s.bottom) - Math.max(r.top, s.top);
        if (x > 1 && y > 1) over.push(a.outerHTML.slice(0, 90) + " over " + b.outerHTML.slice(0, 90));
      }
      return over;
    })()`);
    expect(overlaps).toEqual([]);
    // a finger draws a brush, too
    const field = page.getByRole("region", { name: "Age", exact: true }).locator("rect.field");
    await field.scrollIntoViewIfNeeded();
    const box = await field.boundingBox();
    if (box === null) throw new Error("no view to brush");
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height - 24);
    await page.waitForURL(/age=/);
    const [from, to] = new URL(page.url()).searchParams.get("age")?.split("..").map(Number) ?? [];
    await poll(() => selected(page)).toBe(
      await askOne(
        dashboard.url,
        `select count(*) from customer_profile where age >= ${from} and age < ${to} and credit_score >= 600 and credit_score < 700 and state = 'CA'`,
      ),
    );
  });
});
