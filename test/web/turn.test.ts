import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Turn } from "../../web/dashboard/turn.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const SECONDS = 120;
let turn: Turn;
let running = 0;
let most = 0;
let busy = 0;
beforeEach(() => {
  turn = new Turn();
  [running, most, busy] = [0, 0, 0];
});

/** Wants to be refreshed always, and takes so many milliseconds; when it began to be. */
function follower(takes: number, every = 0): { readonly who: object; readonly began: number[] } {
  const who = {};
  const began: number[] = [];
  const wait = (from: number) =>
    turn.wait(who, {
      from,
      refresh: async () => {
        began.push(Date.now());
        most = Math.max(most, ++running);
        await new Promise((done) => setTimeout(done, takes));
        running--;
        busy += takes;
        queueMicrotask(() => wait((began.at(-1) ?? 0) + every));
      },
    });
  wait(0);
  return { who, began };
}

test.each([[[50]], [[50, 50, 50]], [[440, 90, 10, 9, 30, 30, 200, 5]]])(
  "followers that take %j ms come one at a time, and take a quarter of the time at most",
  async (takes) => {
    const followers = takes.map((ms) => follower(ms));
    await vi.advanceTimersByTimeAsync(SECONDS * 1000);
    expect(most).toBe(1);
    expect(busy / (SECONDS * 1000)).toBeLessThan(0.26);
    expect(busy / (SECONDS * 1000)).toBeGreaterThan(0.1);
    for (const { began } of followers) expect(began.length).toBeGreaterThan(5);
  },
);

test("what is dear comes rarely, and what is cheap does not wait for it", async () => {
  const [dear, cheap] = [follower(500), follower(10)];
  await vi.advanceTimersByTimeAsync(SECONDS * 1000);
  expect(cheap.began.length).toBeGreaterThan(20 * dear.began.length);
});

test("all follow at once where nothing came for long, whoever waited longest first", async () => {
  const order: string[] = [];
  const wait = (who: object, name: string) =>
    turn.wait(who, {
      from: 0,
      refresh: async () => {
        order.push(name);
        await new Promise((done) => setTimeout(done, 100));
      },
    });
  const [a, b, c] = [{}, {}, {}];
  wait(a, "a");
  wait(c, "c");
  wait(b, "b");
  // who is told of more keeps the place
  wait(c, "c, newer");
  await vi.advanceTimersByTimeAsync(350);
  expect(order).toEqual(["a", "c, newer", "b"]);
});

test("nobody comes sooner than it must", async () => {
  const { began } = follower(1, 2_000);
  await vi.advanceTimersByTimeAsync(21_000);
  expect(began).toHaveLength(11);
});

test("who leaves is not called; who ends amid a turn gives it back", async () => {
  const refresh = vi.fn(() => Promise.resolve());
  const [gone, ending, next] = [{}, {}, {}];
  let stop: (() => void) | undefined;
  turn.wait(ending, {
    from: 0,
    refresh: () =>
      new Promise((done) => {
        stop = done;
      }),
  });
  turn.wait(gone, { from: 0, refresh });
  turn.leave(gone);
  turn.wait(next, { from: 0, refresh });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(refresh).not.toHaveBeenCalled();
  turn.end(ending);
  stop?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(refresh).toHaveBeenCalledTimes(1);
});
