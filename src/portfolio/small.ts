import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";

/** Below this, planning a statement takes the engine longer than running it. */
const SMALL_BYTES = 4 * 2 ** 20;

/** Planning is the work of one core: with small files, as many statements are planned at a time. */
export const LANES = Math.min(4, availableParallelism());

/** Whether the files hold so little that cores are better used for several statements than for one. */
export async function areSmall(paths: readonly string[]): Promise<boolean> {
  const sizes = await Promise.all(paths.map((path) => stat(path).then(({ size }) => size)));
  return sizes.reduce((sum, size) => sum + size, 0) < SMALL_BYTES;
}

/** Does each item in one of `lanes`, begun in their order; the answers are in that order, too. */
export async function inLanes<Lane, Item, Answer>(
  lanes: readonly Lane[],
  items: readonly Item[],
  work: (lane: Lane, item: Item, index: number) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const left = items.entries();
  const ends = await Promise.allSettled(
    lanes.map(async (lane) => {
      for (const [index, item] of left) answers[index] = await work(lane, item, index);
    }),
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return answers;
}
