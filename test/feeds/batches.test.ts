import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { Batches } from "../../src/feeds/batches.ts";

/** What is delivered, and when nothing is being published, by the test's word. */
function delivering() {
  const batches: (readonly number[])[] = [];
  const failures: string[] = [];
  let calm: () => void = () => {};
  const calmed = new Promise<void>((done) => {
    calm = done;
  });
  return {
    batches,
    failures,
    calm,
    to: {
      deliver: async (batch: readonly number[]) => void batches.push(batch),
      calm: () => calmed,
      onFailure: () => failures.push("failed"),
    },
  };
}

test("a batch gathers what comes until nothing is being published", async () => {
  const { to, batches, calm } = delivering();
  const under = new Batches<number>(to);
  await under.add(1);
  await delay(60);
  await under.add(2);
  expect(batches).toEqual([]);
  calm();
  await under.settled();
  expect(batches).toEqual([[1, 2]]);
});

test("a batch waits no longer than a moment, whatever is being published", async () => {
  const { to, batches } = delivering();
  const under = new Batches<number>(to);
  const began = performance.now();
  await under.add(1);
  await under.settled();
  expect(batches).toEqual([[1]]);
  expect(performance.now() - began).toBeGreaterThan(350);
});

test("one batch at a time, in order, and nothing after one that failed", async () => {
  const { to, batches, failures, calm } = delivering();
  calm();
  const under = new Batches<number>({
    ...to,
    deliver: async (batch) => {
      if (batch.includes(3)) throw new Error("refused");
      await to.deliver(batch);
    },
  });
  await under.add(1);
  await under.settled();
  await under.add(2);
  await under.settled();
  await under.add(3);
  await expect(under.settled()).rejects.toThrow("refused");
  await expect(under.add(4)).rejects.toThrow("refused");
  expect(batches).toEqual([[1], [2]]);
  expect(failures).toEqual(["failed"]);
});
