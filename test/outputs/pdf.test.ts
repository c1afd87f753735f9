import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findChromium } from "../../src/outputs/chromium.ts";
import { chromiumForPdf, printPdf } from "../../src/outputs/pdf.ts";
import { renderReport } from "../../src/outputs/report.ts";
import { type Folder, openFolder } from "../ingest/folder.ts";
import { madeUp } from "../web/made-up.ts";

let folder: Folder;
let before: ReadonlySet<string>;

const profiles = () => readdirSync(tmpdir()).filter((name) => name.includes("-print-"));
const newProfiles = () => profiles().filter((name) => !before.has(name));

const hasProcesses = existsSync("/proc/self/cmdline");
/** Command lines of processes that work in one of the folders. */
function processesIn(names: readonly string[]): string[] {
  if (!hasProcesses) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    })
    .filter((line) => names.some((name) => line.includes(name)));
}

async function until<T>(find: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = find();
    if (found !== undefined && found !== false) return found;
    await wait(5);
  }
}

beforeEach(async () => {
  before = new Set(profiles());
  folder = await openFolder();
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
  expect(newProfiles()).toEqual([]);
});

const failure = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test("a report is printed on pages, with its title, and nothing in it that acts", async () => {
  const html = await folder.file("report.html", renderReport(madeUp()));
  const pdf = join(folder.path, "report.pdf");
  await printPdf(html, pdf, { chromium: chromiumForPdf() });
  const text = (await readFile(pdf)).toString("latin1");
  expect(text.startsWith("%PDF-")).toBe(true);
  expect(text.match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(3);
  expect(text).toContain("/Title (Cardscope report as of 2020-02-29)");
  expect(text).toContain("/Outlines");
  expect(text).not.toMatch(/\/(JS|JavaScript|Launch|EmbeddedFile|SubmitForm)\b/);
});

test("the browser that prints has no network", async () => {
  let asked = 0;
  await using server = createServer((_, answer) => {
    asked++;
    answer.end();
  }).listen(0, "127.0.0.1");
  await until(() => server.listening);
  const { port } = server.address() as AddressInfo;
  const links = ["127.0.0.1", "localhost", "example.test"].map(
    (host) =>
      `<img src="http://${host}:${port}/a.png"><link rel="stylesheet" href="http://${host}:${port}/a.css">`,
  );
  const html = await folder.file("report.html", `<p>${links.join("")}`);
  await printPdf(html, join(folder.path, "report.pdf"), { chromium: chromiumForPdf() });
  expect(asked).toBe(0);
});

test("an aborted print ends at once and leaves no process and no file", async () => {
  const html = await folder.file("report.html", renderReport(madeUp()));
  const pdf = join(folder.path, "report.pdf");
  const stop = new AbortController();
  const printing = failure(printPdf(html, pdf, { chromium: chromiumForPdf(), signal: stop.signal }));
  const [profile = ""] = await until(() => {
    const found = newProfiles();
    return found.length > 0 && (processesIn(found).length > 2 || !hasProcesses) && found;
  });
  stop.abort(new Error("gone"));
  expect(String(await printing)).toBe("Error: gone");
  expect(existsSync(pdf)).toBe(false);
  expect(newProfiles()).toEqual([]);
  await until(() => processesIn([profile]).length === 0);
});

test("a print that takes too long is ended", async () => {
  const html = await folder.file("report.html", "<script>for (;;);</script>");
  const pdf = join(folder.path, "report.pdf");
  const error = await failure(printPdf(html, pdf, { chromium: chromiumForPdf(), seconds: 2 }));
  expect(error).toMatchObject({
    code: "OUTPUT_FAILED",
    message: "the PDF was not printed within 2 seconds",
  });
  expect(existsSync(pdf)).toBe(false);
});

test("a browser that does not start or prints nothing is named", async () => {
  const html = await folder.file("report.html", "<p>text");
  const pdf = join(folder.path, "report.pdf");
  const nowhere = join(folder.path, "no-browser");
  expect(await failure(printPdf(html, pdf, { chromium: nowhere }))).toMatchObject({
    code: "OUTPUT_FAILED",
    message: `${nowhere} does not start`,
  });
  // it refuses the arguments of a browser
  expect(await failure(printPdf(html, pdf, { chromium: process.execPath }))).toMatchObject({
    code: "OUTPUT_FAILED",
    message: `${process.execPath} printed nothing`,
    hint: expect.stringContaining("CARDSCOPE_CHROMIUM"),
  });
});

test("the browser is the one that the environment names, else one on the path; without one, a clear word", async () => {
  expect(findChromium({ CARDSCOPE_CHROMIUM: "/a/browser", CHROME_PATH: "/another" })).toBe("/a/browser");
  expect(findChromium({ CARDSCOPE_CHROMIUM: "", CHROME_PATH: "/another" })).toBe("/another");
  const own = await folder.file("google-chrome", "");
  await chmod(own, 0o700);
  expect(findChromium({ PATH: join(own, "..") })).toBe(own);
  expect(() => chromiumForPdf(() => undefined)).toThrow("a PDF needs Chromium or Chrome; none was found");
});
