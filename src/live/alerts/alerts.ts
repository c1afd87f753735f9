import { randomUUID } from "node:crypto";
import type { DuckDBEngine } from "../../engines/duckdb.ts";
import { CardscopeError, usage } from "../../errors.ts";
import type { Explorer } from "../../explore/explorer.ts";
import type { Results } from "../../explore/results.ts";
import { Slots } from "../../explore/slots.ts";
import { literal } from "../../sql/statement.ts";
import { Ledger, moment } from "../ledger.ts";
import { readFigure } from "./figure.ts";
import { callInsert, callsDelete, Outbox } from "./outbox.ts";
import { type Rule, readRule, type WrittenRule } from "./rule.ts";
import { type AlertState, CHANGES_MS, type Standing, standingAfter, unseen } from "./standing.ts";
import { Webhook, type WebhookTarget } from "./webhook.ts";

const MOST_RULES = 100;
/** Figures are looked at so often at most, however many publications there are. */
const LEAST_MS = 1_000;
/** After a failure that is nobody's rule's, such as a full disk. */
const TROUBLE_MS = 5_000;

/** A rule and how it stands. */
export interface Alert extends Rule {
  readonly id: string;
  readonly state: AlertState;
  readonly value: number | null;
  readonly because: string | null;
  /** ISO, when it came to be in this state; null before it was looked at. */
  readonly since: string | null;
}

interface Watched {
  readonly id: string;
  readonly rule: Rule;
  standing: Standing;
}

export interface AlertsOptions {
  readonly explorer: Explorer;
  readonly results: Results;
  /** What the figures are of. */
  readonly position: () => number;
  readonly webhook?: WebhookTarget;
  /** Told when a rule starts firing or ends. */
  readonly onChange: () => void;
  /** Milliseconds since 1970; the clock's when left out. */
  readonly now?: () => number;
}

/** The rules of a workspace: looked at after publications, told when they start firing and when they end. */
export class Alerts implements AsyncDisposable {
  readonly #ledger: Ledger;
  readonly #outbox: Outbox;
  readonly #webhook: Webhook | undefined;
  readonly #options: AlertsOptions;
  readonly #now: () => number;
  readonly #rules = new Map<string, Watched>();
  /** Looks at rules, and changes of them, wait for each other. */
  readonly #turns = new Slots(1);
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #timerAt = 0;
  #looked = 0;
  #working: Promise<void> | undefined;
  #isDue = false;

  private constructor(ledger: Ledger, options: AlertsOptions) {
    this.#ledger = ledger;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#outbox = new Outbox(ledger);
    this.#webhook = options.webhook && new Webhook(this.#outbox, options.webhook, this.#now);
  }

  /** The rules that a workspace has; `engine` is a connection of their own, which is closed with them. */
  static async open(engine: DuckDBEngine, options: AlertsOptions): Promise<Alerts> {
    const alerts = new Alerts(new Ledger(engine), options);
    const rows = await alerts.#ledger.read(
      `select id, rule, state, value, because, epoch_ms(since) as since, told from alert_rules order by created, id`,
    );
    for (const { id, rule, ...standing } of rows)
      alerts.#rules.set(String(id), {
        id: String(id),
        rule: JSON.parse(String(rule)) as Rule,
        standing: standing as unknown as Standing,
      });
    alerts.#webhook?.wake();
    alerts.published();
    return alerts;
  }

  get list(): readonly Alert[] {
    return [...this.#rules.values()].map(alertOf);
  }

  get firing(): number {
    return [...this.#rules.values()].filter(({ standing }) => standing.state === "firing").length;
  }

  async webhook(): Promise<{ configured: boolean; waiting: number; failed: number }> {
    return { configured: this.#webhook !== undefined, ...(await this.#outbox.counts()) };
  }

  /** Adds a rule and looks at it at once. Throws USAGE for what cannot be watched. */
  async add(written: WrittenRule): Promise<Alert> {
    const rule = readRule(written);
    using _turn = await this.#turns.take();
    if (this.#rules.size >= MOST_RULES)
      throw usage(`there are ${MOST_RULES} rules already`, "delete one that is no longer needed");
    const watched: Watched = { id: randomUUID(), rule, standing: unseen };
    await this.#look(
      watched,
      `insert into alert_rules (id, created, rule, state)
        values (${literal(watched.id)}, ${moment(this.#now())}, ${literal(JSON.stringify(rule))}, 'quiet')`,
    );
    this.#rules.set(watched.id, watched);
    this.#options.onChange();
    this.#lookAgainLater();
    return alertOf(watched);
  }

  /** Forgets a rule and the calls that wait for it. Throws NOT_FOUND. */
  async remove(id: string): Promise<void> {
    using _turn = await this.#turns.take();
    if (!this.#rules.has(id)) throw new CardscopeError("NOT_FOUND", `no rule ${id}`);
    await this.#ledger.write(`delete from alert_rules where id = ${literal(id)}`, callsDelete(id));
    this.#rules.delete(id);
    this.#options.onChange();
  }

  /** Figures moved: rules are looked at soon. */
  published(): void {
    if (this.#rules.size > 0) this.#schedule(Math.max(this.#looked + LEAST_MS - this.#now(), 0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#working;
    await this.#webhook?.[Symbol.asyncDispose]();
    await this.#turns.close();
    await this.#ledger[Symbol.asyncDispose]();
  }

  #schedule(wait: number): void {
    if (this.#closing.signal.aborted) return;
    if (this.#working !== undefined) {
      this.#isDue = true;
      return;
    }
    // the earlier of two counts
    const at = this.#now() + Math.min(wait, CHANGES_MS);
    if (this.#timer !== undefined && this.#timerAt <= at) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#isDue = false;
        this.#working = this.#lookAtAll()
          .then(
            () => LEAST_MS,
            () => {
              this.#isDue = true;
              return TROUBLE_MS;
            },
          )
          .then((pause) => {
            this.#working = undefined;
            this.#looked = this.#now();
            if (this.#isDue) this.#schedule(pause);
            this.#lookAgainLater();
          });
      },
      Math.min(wait, CHANGES_MS),
    );
  }

  /** A change that came within the minute after another is told when the minute is over. */
  #lookAgainLater(): void {
    const waits = [...this.#rules.values()].flatMap(({ rule, standing }) =>
      rule.comparison === "changes" && standing.state === "firing"
        ? [Math.max((standing.since ?? 0) + CHANGES_MS - this.#now(), LEAST_MS)]
        : [],
    );
    if (waits.length > 0) this.#schedule(Math.min(...waits));
  }

  async #lookAtAll(): Promise<void> {
    using _turn = await this.#turns.take(this.#closing.signal);
    for (const watched of this.#rules.values()) {
      this.#closing.signal.throwIfAborted();
      await this.#look(watched);
    }
  }

  /** How it stands is kept, and the call to be made about it, in one transaction, after what comes before them. */
  async #look(watched: Watched, ...before: readonly string[]): Promise<void> {
    const { id, rule } = watched;
    // read first: the figures may be of a later position, never of an earlier one
    const position = this.#options.position();
    const { asOf } = this.#options.explorer.portfolio;
    const reading = await readFigure(rule, this.#options, this.#closing.signal);
    const now = this.#now();
    const { standing, isTold } = standingAfter(rule, watched.standing, reading, now);
    const isMoved = standing.state !== watched.standing.state || standing.since !== watched.standing.since;
    const call = randomUUID();
    if (before.length > 0 || isMoved || isTold)
      await this.#ledger.write(
        ...before,
        `update alert_rules set state = ${literal(standing.state)}, value = ${literal(standing.value)},
          because = ${literal(standing.because)}, since = ${moment(standing.since)}, told = ${literal(standing.told)}
        where id = ${literal(id)}`,
        ...(isTold && this.#webhook !== undefined
          ? [
              callInsert({
                id: call,
                rule: id,
                created: now,
                body: JSON.stringify({
                  ...{ id: call, rule: id, name: rule.name, state: standing.state, value: standing.value },
                  ...{ threshold: rule.threshold, position, as_of: asOf, at: new Date(now).toISOString() },
                }),
              }),
            ]
          : []),
      );
    watched.standing = standing;
    if (isTold && this.#webhook !== undefined) {
      await this.#outbox.trim();
      this.#webhook.wake();
    }
    if (isMoved) this.#options.onChange();
  }
}

const alertOf = ({ id, rule, standing: { state, value, because, since } }: Watched): Alert => ({
  id,
  ...rule,
  ...{ state, value, because },
  since: since === null ? null : new Date(since).toISOString(),
});
