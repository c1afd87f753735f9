/** A query that ran. */
export interface Ran {
  readonly query: string;
  /** ISO time. */
  readonly at: string;
  readonly rows: number;
  readonly isCut: boolean;
}

const KEY = "cardscope-sql-history";
const MOST = 50;

/** What ran before in this browser, latest first; nothing where storage is not allowed. */
export function readHistory(): readonly Ran[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]") as unknown;
    return Array.isArray(kept) ? kept.filter(isRan).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** A query that ran before moves to the front. */
export const withRan = (history: readonly Ran[], ran: Ran): readonly Ran[] =>
  [ran, ...history.filter(({ query }) => query !== ran.query)].slice(0, MOST);

export function keepHistory(history: readonly Ran[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(history));
  } catch {
    // full or not allowed: the list lasts as long as the page
  }
}

function isRan(value: unknown): value is Ran {
  if (typeof value !== "object" || value === null) return false;
  const { query, at, rows } = value as Record<string, unknown>;
  return typeof query === "string" && typeof at === "string" && typeof rows === "number";
}
