import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Progress } from "../../src/cli/progress.ts";

const { isTTY } = process.stderr;
let shown: string[];

beforeEach(() => {
  vi.useFakeTimers();
  shown = [];
  process.stderr.isTTY = true;
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    shown.push(String(text).replace("\r\u001b[2K", ""));
    return true;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  process.stderr.isTTY = isTTY;
});

test("what is over at once is not shown", () => {
  const progress = new Progress(false);
  progress.step("reading users", { share: 0.5, rows: 1000 });
  progress.clear();
  expect(shown).toEqual([]);
});

test("rows done of all, and the time left at the pace so far", () => {
  const progress = new Progress(false);
  progress.step("reading cards", { share: 0, rows: 3_000_000 });
  vi.advanceTimersByTime(4_000);
  progress.step("reading cards", { share: 0.25, rows: 3_000_000 });
  expect(shown.at(-1)).toBe("reading cards: 750,000 of 3,000,000 rows, 12 s left…");
});

test("a step that begins anew has a pace of its own", () => {
  const progress = new Progress(false);
  vi.advanceTimersByTime(60_000);
  progress.step("a (1 of 4)", { share: 0 });
  vi.advanceTimersByTime(2_000);
  progress.step("b (2 of 4)", { share: 0.25 });
  expect(shown).toEqual(["a (1 of 4)…", "b (2 of 4), 6 s left…"]);
});

test("the time left is counted down while nothing is told", () => {
  const progress = new Progress(false);
  progress.step("learning", { share: 0 });
  vi.advanceTimersByTime(10_000);
  progress.step("learning", { share: 0.5 });
  vi.advanceTimersByTime(4_000);
  expect(shown.at(-1)).toBe("learning, 6 s left…");
  vi.advanceTimersByTime(60_000);
  expect(shown.at(-1)).toBe("learning…");
  progress.step("learning", { share: 0.75 });
  expect(shown.at(-1)).toBe("learning, 25 s left…");
  progress.step("learning", { share: 1 });
  vi.advanceTimersByTime(5_000);
  expect(shown.at(-1)).toBe("learning…");
  progress.clear();
  vi.advanceTimersByTime(60_000);
  expect(shown.at(-1)).toBe("");
});

test("a step within another has a pace of its own, and the other goes on from where it was", () => {
  const progress = new Progress(false);
  progress.step("a (1 of 4)", { share: 0 });
  vi.advanceTimersByTime(2_000);
  progress.step("b (2 of 4)", { share: 0.25 });
  progress.step("learning", { share: 0 });
  vi.advanceTimersByTime(30_000);
  progress.step("learning", { share: 1 });
  progress.step("c (3 of 4)", { share: 0.5 });
  expect(shown.at(-1)).toBe("c (3 of 4)…");
  vi.advanceTimersByTime(3_000);
  progress.step("d (4 of 4)", { share: 0.75 });
  expect(shown.at(-1)).toBe("d (4 of 4), 3 s left…");
});

test("a step of unknown length is named", () => {
  const progress = new Progress(false);
  vi.advanceTimersByTime(1_000);
  progress.step("checking keys");
  progress.clear();
  expect(shown).toEqual(["checking keys…", ""]);
});

test("quiet, and away from a terminal, nothing is shown", () => {
  const quiet = new Progress(true);
  process.stderr.isTTY = false;
  const piped = new Progress(false);
  vi.advanceTimersByTime(1_000);
  quiet.step("reading users");
  piped.step("reading users");
  expect(shown).toEqual([]);
});
