import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Explorer } from "../../src/explore/explorer.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { createApp } from "../../src/server/app.ts";
import { Desk } from "../../src/server/desk.ts";
import { Imports } from "../../src/server/imports/imports.ts";
import { listen } from "../../src/server/serve.ts";
import { overflow, poll, settled, Visitor, violations } from "./visitor.ts";

let folder: string;
let files: readonly string[];
let visitor: Visitor;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-opening-"));
  const { users, cards } = await writeSample(folder, { customers: 77, seed: 3, format: "csv", brief: false });
  files = [users, cards];
  visitor = await Visitor.arrive();
});
afterAll(async () => {
  await visitor?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A server that has begun to read and is not done. */
async function start(port = 0) {
  const desk = new Desk();
  const imports = new Imports((sent, how) => Explorer.open(sent, how), desk);
  const server = await listen(createApp(desk, { host: "127.0.0.1" }, imports), { host: "127.0.0.1", port });
  desk.reads("reading files");
  return {
    desk,
    port: server.port,
    url: `http://127.0.0.1:${server.port}`,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await imports[Symbol.asyncDispose]();
      await desk[Symbol.asyncDispose]();
    },
  };
}

it("a page that is asked for while files are read says how far they are, and comes by itself", async () => {
  await using server = await start();
  const { desk, url } = server;
  const page = await visitor.open(`${url}/risk`, { refused: true });
  await page.getByRole("heading", { name: "The portfolio is being opened" }).waitFor();
  await page.getByRole("status").getByText("reading files").waitFor();
  desk.reads("reading cards", { share: 0.25, rows: 400_000 });
  await page.getByText("100,000 of about 400,000 rows").waitFor();
  expect(await page.getByRole("progressbar", { name: "Opening" }).getAttribute("value")).toBe("0.25");
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await violations(page, ["color-contrast"])).toEqual([]);
  await page.setViewportSize({ width: 360, height: 900 });
  await poll(() => overflow(page)).toBeLessThanOrEqual(0);
  await desk.replace(await Explorer.open(files));
  await page.getByRole("heading", { name: "Credit risk" }).waitFor();
  await settled(page);
  // what is computed on it later opens nothing
  desk.reads("building models");
  expect(desk.opening).toBeUndefined();
});

it("a page says that cardscope stopped before it was done, and comes when it is started again", async () => {
  const first = await start();
  const page = await visitor.open(`${first.url}/`, { refused: true });
  await first[Symbol.asyncDispose]();
  await page.getByText("cardscope has stopped").waitFor();
  await page.getByRole("heading", { name: "The portfolio was not opened" }).waitFor();
  await using second = await start(first.port);
  await page.getByText("reading files").waitFor();
  await second.desk.replace(await Explorer.open(files));
  await page.locator("section[aria-label=Selection]").getByText("77").first().waitFor();
});

it("without scripts the page comes again by itself", async () => {
  await using server = await start();
  const page = await visitor.open(`${server.url}/`, { scripts: false, refused: true });
  await page.getByRole("heading", { name: "The portfolio is being opened" }).waitFor();
  await server.desk.replace(await Explorer.open(files));
  await page.locator("section[aria-label=Selection]").getByText("77").first().waitFor();
});

it("a page that meets a server before it has opened its files asks again", async () => {
  const first = await start();
  await first.desk.replace(await Explorer.open(files));
  const page = await visitor.open(`${first.url}/`, { refused: true });
  await settled(page);
  await first[Symbol.asyncDispose]();
  await using second = await start(first.port);
  await page.getByRole("radio", { name: "Count cards" }).check({ force: true });
  await page.getByText("The portfolio is being opened").first().waitFor();
  await second.desk.replace(await Explorer.open(files));
  await poll(() => page.getByText("The portfolio is being opened").count()).toBe(0);
  await settled(page);
  expect(await page.getByText("Other files were opened meanwhile").count()).toBe(0);
});

it("whatever needs a portfolio is asked for again in a second; nothing else is opened meanwhile", async () => {
  await using server = await start();
  const { desk, url } = server;
  const asked = [
    await fetch(`${url}/api/portfolio`),
    await fetch(`${url}/api/live/stream`),
    await fetch(`${url}/api/events`, { method: "POST", body: "{}" }),
    await fetch(`${url}/api/uploads?name=users.csv`, { method: "POST", body: "user_id\n1" }),
  ];
  for (const response of asked) {
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await response.json()).toEqual({
      error: {
        code: "OPENING",
        message: "the portfolio is being opened",
        hint: "ask again in a second",
      },
    });
  }
  const page = await fetch(`${url}/files`);
  expect([page.status, page.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await (await fetch(`${url}/api/opening`)).json()).toMatchObject({
    opening: { step: "reading files", share: null, rows: null, seconds: expect.any(Number) },
  });
  await desk.replace(await Explorer.open(files));
  expect((await fetch(`${url}/api/portfolio`)).status).toBe(200);
  expect(await (await fetch(`${url}/api/opening`)).json()).toEqual({ opening: null });
});
