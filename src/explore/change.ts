import type { DataChunk } from "../engines/node-api.ts";

/** What events told of customers, cards and balances: the last word on each. */
export interface Change {
  /** Rows of the canonical table, in the order of its columns, and whether the customer is there. */
  readonly users: readonly DataChunk[];
  /** The same of cards, without balances. */
  readonly cards: readonly DataChunk[];
  /** A card's key and its balance, missing where it was deleted. */
  readonly balances: readonly DataChunk[];
  /** How ids are held from now on. */
  readonly keys: Readonly<Record<"user_id" | "card_id", "bigint" | "varchar">>;
  /** Whether to look which columns hold a value, and how many outcomes are known, which takes a look at all rows. */
  readonly checksInputs: boolean;
  /** What the portfolio is of after it. */
  readonly reached: Reached;
  /** YYYY-MM-DD, where it moved. */
  readonly asOf?: string;
}

/** How many events a portfolio is of, and when the newest of them happened, in milliseconds since 1970. */
export interface Reached {
  readonly position: number;
  readonly latest: number | null;
}

/** The table with that, in the one row that it has. */
export const REACHED = "told.reached";

/** The balances of all cards, those that are not held among them: a card that comes back has what was told of it. */
export const BALANCES = "told.balances";
