import { Random } from "../risk/random.ts";

export interface Disorder {
  readonly seed: number;
  /** Share of the events that come late or twice, half of them each. */
  readonly share: number;
  /** Lines that are no events, for each that is one. */
  readonly garbage: number;
}

/** An event is late by so many others at most. */
const LATE = 1_000;
const STREAM = -3;

/** What a feed does to events on their way: some arrive late, some twice, and among them is what is no event at all. */
export function* disordered(lines: Iterable<string>, { seed, share, garbage }: Disorder): Generator<string> {
  const random = new Random(seed, STREAM);
  const held = new Map<number, string[]>();
  const hold = (line: string, until: number) => held.set(until, [...(held.get(until) ?? []), line]);
  let number = 0;
  for (const line of lines) {
    const drawn = random.uniform();
    const delay = random.between(1, LATE);
    if (drawn < share) hold(line, number + delay);
    if (drawn >= share / 2) yield line;
    if (random.chance(garbage)) yield garbageLine(line, random);
    yield* held.get(number) ?? [];
    held.delete(number);
    number++;
  }
  for (const at of [...held.keys()].sort((a, b) => a - b)) yield* held.get(at) ?? [];
}

/** No event, in one of the ways that real feeds know; of a line that is one. */
export function garbageLine(line: string, random: Random): string {
  const event = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const changed = (change: object) => JSON.stringify({ ...event, ...change });
  const ways = [
    () => line.slice(0, random.between(1, line.length - 1)),
    () => "null",
    () => "<html><body>502 Bad Gateway</body></html>",
    () => JSON.stringify([event]),
    () => changed({ type: "transaction" }),
    () => changed({ sequence: -1 }),
    () => changed({ time: "yesterday" }),
    () => changed({ time: "2099-01-01T00:00:00Z" }),
    () => changed({ subject: "" }),
    () => changed({ op: "upsert", data: { balance: "a lot" } }),
    () => changed({ op: "upsert", data: null }),
    // a test number of a card scheme
    () => changed({ subject: "4111111111111111" }),
  ];
  return (ways[random.below(ways.length)] ?? ways[0])?.() ?? "null";
}
