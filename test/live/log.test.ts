import { expect, test } from "vitest";
import { Applier } from "../../src/live/applier.ts";
import { Workspace } from "../../src/live/workspace.ts";
import { sampleEvents } from "../../src/sample/events.ts";
import { temporaryFolder } from "./feed.ts";

const BATCH = 2_500;
const MB = 1e6;

test("the engine's log is folded into the file when it is long, and no earlier the more heads there are", async () => {
  await using folder = await temporaryFolder();
  await using workspace = await Workspace.open(folder.path, []);
  await using applier = await Applier.open(workspace, { onCommit: () => {} });
  /** Bytes of the log each time that it was about to be folded. */
  const folded: number[] = [];
  let lines: string[] = [];
  let before = 0;
  for (const line of sampleEvents({ seed: 1, customers: 33_000, events: 400_000, brief: false })) {
    lines.push(line);
    if (lines.length < BATCH) continue;
    await applier.apply({ via: "http", lines });
    lines = [];
    const bytes = await workspace.logBytes();
    if (bytes < before) folded.push(before);
    before = bytes;
    if (folded.length === 3) break;
  }
  expect(folded).toHaveLength(3);
  for (const bytes of folded) {
    expect(bytes).toBeGreaterThan(22 * MB);
    expect(bytes).toBeLessThan(27 * MB);
  }
  expect(await workspace.fileBytes()).toBeGreaterThan(10 * MB);
}, 180_000);
