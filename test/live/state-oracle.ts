export type Cell = string | number | null;
export type Cells = Readonly<Record<string, Cell>>;

/** A portfolio in plain maps by key. */
export interface SourceState {
  readonly customers: Map<string, Cells>;
  readonly cards: Map<string, Cells>;
}

export interface TestEvent {
  readonly id: string;
  readonly source: string;
  readonly type: "customer" | "card" | "balance";
  readonly subject: string;
  readonly time: string;
  readonly sequence: number;
  readonly op: "upsert" | "delete";
  readonly data?: Cells;
}

/**
 * The state at the end of a day, told event by event: of each subject and source the highest sequence up to then, of
 * those the latest time, of equal times the last source. What came first counts among equal sequences.
 */
export function stateAfter(base: SourceState, came: readonly TestEvent[], day = "9999-12-31"): SourceState {
  const tops = new Map<string, TestEvent>();
  for (const event of came) {
    if (event.time.slice(0, 10) > day) continue;
    const key = [event.type, event.subject, event.source].join("|");
    const top = tops.get(key);
    if (top === undefined || event.sequence > top.sequence) tops.set(key, event);
  }
  const last = new Map<string, TestEvent>();
  for (const event of tops.values()) {
    const key = `${event.type}|${event.subject}`;
    const known = last.get(key);
    const isLater =
      known === undefined ||
      event.time > known.time ||
      (event.time === known.time && event.source > known.source);
    if (isLater) last.set(key, event);
  }
  const customers = new Map(base.customers);
  const cards = new Map(base.cards);
  for (const { type, subject, op, data = {} } of last.values()) {
    if (type === "customer") {
      if (op === "delete") customers.delete(subject);
      else customers.set(subject, data);
    }
    if (type === "card") {
      if (op === "delete") cards.delete(subject);
      else cards.set(subject, { ...data, balance_usd: base.cards.get(subject)?.["balance_usd"] ?? null });
    }
  }
  for (const { type, subject, op, data } of last.values()) {
    const held = cards.get(subject);
    if (type === "balance" && held !== undefined)
      cards.set(subject, { ...held, balance_usd: op === "delete" ? null : (data?.["balance_usd"] ?? null) });
  }
  return { customers, cards };
}
