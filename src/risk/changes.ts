import { boundWord } from "./number-words.ts";

/** A stretch of values of one input that a customer could move into. */
export interface Region {
  readonly low: number | null;
  readonly high: number;
  /** Part of the customers, or of the model's thresholds, that the move passes. */
  readonly effort: number;
}

/** Regions of one input below the customer's value, the nearest first: what is owed or late can be brought down. */
export interface Way {
  readonly input: number;
  readonly label: string;
  readonly regions: readonly Region[];
}

export interface Move {
  readonly way: Way;
  /** Place in the way's regions. */
  readonly at: number;
}

/** Whether the customer would be better off after these moves, and the log odds of no default then. */
export type Outlook = (moves: readonly Move[]) => number;

interface Found {
  readonly moves: readonly Move[];
  readonly effort: number;
}

/** A way with where each of its regions leads by itself. */
interface Explored {
  readonly way: Way;
  readonly logOdds: readonly number[];
  /** Place of the region that helps most. */
  readonly best: number;
}

/**
 * The least that would change: one input, or else two, moved so that `isEnough` holds of the log odds. Least is what
 * passes the fewest customers (of trees: thresholds) on the way. A pair is looked at where it is enough if both
 * inputs move to where each helps most.
 */
export function leastChange(
  ways: readonly Way[],
  outlook: Outlook,
  isEnough: (logOdds: number) => boolean,
): string[] {
  const now = outlook([]);
  const explored = ways.map((way): Explored => {
    const logOdds = way.regions.map((_, at) => outlook([{ way, at }]));
    return { way, logOdds, best: logOdds.indexOf(Math.max(...logOdds)) };
  });
  const singles = explored.flatMap(({ way, logOdds }) => {
    const at = logOdds.findIndex(isEnough);
    return at < 0 ? [] : [found([{ way, at }])];
  });
  const single = least(singles);
  if (single) return words(single.moves, outlook, isEnough);
  // what does not help by itself is no part of a pair either
  const helpful = explored.filter(({ logOdds, best }) => best >= 0 && logOdds[best]! > now);
  let best: Found | undefined;
  for (const [i, first] of helpful.entries()) {
    for (const second of helpful.slice(i + 1)) {
      if (first.way.input === second.way.input) continue;
      best = leastPair(first, second, now, best, outlook, isEnough);
    }
  }
  return best ? words(best.moves, outlook, isEnough) : [];
}

function leastPair(
  first: Explored,
  second: Explored,
  now: number,
  before: Found | undefined,
  outlook: Outlook,
  isEnough: (logOdds: number) => boolean,
): Found | undefined {
  const farthest = [
    { way: first.way, at: first.best },
    { way: second.way, at: second.best },
  ];
  if (!isEnough(outlook(farthest))) return before;
  let best = before;
  for (let i = 0; i < first.logOdds.length; i++) {
    if (first.logOdds[i]! <= now) continue;
    for (let j = 0; j < second.logOdds.length; j++) {
      if (second.logOdds[j]! <= now) continue;
      const pair = found([
        { way: first.way, at: i },
        { way: second.way, at: j },
      ]);
      if (best && pair.effort >= best.effort) break;
      if (isEnough(outlook(pair.moves))) best = pair;
    }
  }
  return best;
}

const found = (moves: readonly Move[]): Found => ({
  moves,
  effort: moves.reduce((sum, { way, at }) => sum + way.regions[at]!.effort, 0),
});

const least = (all: readonly Found[]): Found | undefined =>
  all.reduce<Found | undefined>((best, one) => (best && best.effort <= one.effort ? best : one), undefined);

/** "utilisation below 0.6": said of everything beyond only where that is as good. */
function words(moves: readonly Move[], outlook: Outlook, isEnough: (logOdds: number) => boolean): string[] {
  const text = moves.map((move) => {
    const { way, at } = move;
    const others = moves.filter((other) => other !== move);
    const isOpen = way.regions
      .slice(at + 1)
      .every((_, k) => isEnough(outlook([...others, { way, at: at + 1 + k }])));
    const { low, high } = way.regions[at]!;
    return isOpen || low === null
      ? `${way.label} below ${boundWord(high)}`
      : `${way.label} from ${boundWord(low)} to below ${boundWord(high)}`;
  });
  return text;
}
