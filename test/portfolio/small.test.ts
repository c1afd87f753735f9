import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { areSmall, inLanes } from "../../src/portfolio/small.ts";

const wait = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

test("every item is done once, one at a time in each lane, and answers keep the order of the items", async () => {
  const busy = new Set<string>();
  const done = await inLanes(["a", "b", "c"], [30, 1, 2, 5, 1, 9, 3], async (lane, item, index) => {
    expect(busy.has(lane)).toBe(false);
    busy.add(lane);
    await wait(item);
    busy.delete(lane);
    return `${index}: ${item}`;
  });
  expect(done).toEqual(["0: 30", "1: 1", "2: 2", "3: 5", "4: 1", "5: 9", "6: 3"]);
});

test("a failure is thrown once nothing runs any more", async () => {
  let running = 0;
  const work = async (_: number, item: number) => {
    running++;
    await wait(item);
    running--;
    if (item === 1) throw new Error("the second");
  };
  await expect(inLanes([1, 2], [20, 1, 20, 20], work)).rejects.toThrow("the second");
  expect(running).toBe(0);
});

test("files are small together, not each", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cardscope-small-"));
  const [one, other] = [join(folder, "one"), join(folder, "other")];
  try {
    for (const path of [one, other]) {
      await writeFile(path, "");
      await truncate(path, 3 * 2 ** 20);
    }
    expect(await areSmall([one])).toBe(true);
    expect(await areSmall([one, other])).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
