import type { FeedEvent } from "../../src/schema/event.ts";

export type Row = Readonly<Record<string, unknown>>;
export interface Tables {
  /** By user_id. */
  readonly users: ReadonlyMap<string, Row>;
  /** By card_id. */
  readonly cards: ReadonlyMap<string, Row>;
}

/**
 * The portfolio after events, in plain loops and in no order: of each subject and source the highest sequence counts,
 * of several sources the latest time, then the last name. Independent of the SQL that the program runs.
 */
export function after(base: Tables, events: readonly FeedEvent[]): Tables {
  const heads = new Map<string, FeedEvent>();
  for (const event of events) {
    const key = JSON.stringify([event.type, event.subject, event.source]);
    const known = heads.get(key);
    if (known === undefined || Number(event.sequence) > Number(known.sequence)) heads.set(key, event);
  }
  const winners = new Map<string, FeedEvent>();
  for (const event of heads.values()) {
    const key = JSON.stringify([event.type, event.subject]);
    const known = winners.get(key);
    if (known === undefined || isLater(event, known)) winners.set(key, event);
  }
  const users = new Map(base.users);
  const cards = new Map(base.cards);
  const balances = new Map<string, number | null>();
  for (const { type, subject, op, data } of winners.values()) {
    const state = (data ?? {}) as Row;
    if (type === "balance")
      balances.set(subject, op === "delete" ? null : ((state["balance_usd"] ?? null) as number | null));
    else {
      const table = type === "customer" ? users : cards;
      if (op === "delete") table.delete(subject);
      else
        table.set(
          subject,
          type === "card" ? { ...state, balance_usd: base.cards.get(subject)?.["balance_usd"] } : state,
        );
    }
  }
  for (const [key, balance] of balances) {
    const card = cards.get(key);
    if (card !== undefined) cards.set(key, { ...card, balance_usd: balance });
  }
  return { users, cards };
}

const isLater = (one: FeedEvent, other: FeedEvent): boolean => {
  const [a, b] = [Date.parse(one.time), Date.parse(other.time)];
  return a !== b ? a > b : one.source > other.source;
};
