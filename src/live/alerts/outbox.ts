import { literal } from "../../sql/statement.ts";
import { type Ledger, moment } from "../ledger.ts";

/** A call of the webhook that is to be made. */
export interface Call {
  readonly id: string;
  readonly rule: string;
  readonly body: string;
  /** In milliseconds. */
  readonly created: number;
  /** Attempts that failed. */
  readonly tries: number;
  /** When it is tried next. */
  readonly due: number;
}

/** Calls that wait, at most: a receiver that is away for long misses the oldest. */
const MOST_WAITING = 10_000;
/** Calls that failed are shown so long. */
const FAILED_MS = 7 * 24 * 60 * 60_000;

/** SQL that puts a call into the outbox, for the transaction that has the reason for it. */
export const callInsert = ({ id, rule, body, created }: Omit<Call, "tries" | "due">): string =>
  `insert into webhook_calls (id, rule, body, created, tries, due, state)
    values (${literal(id)}, ${literal(rule)}, ${literal(body)}, ${moment(created)}, 0, ${moment(created)}, 'waiting')`;

/** SQL that takes back what a rule that is no more has to say. */
export const callsDelete = (rule: string): string =>
  `delete from webhook_calls where rule = ${literal(rule)}`;

/** The calls of the webhook, kept in the workspace until they are made. */
export class Outbox {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** The first that waits of each rule, so that calls of one rule arrive in their order; the earliest due first. */
  async next(limit: number): Promise<Call[]> {
    const rows = await this.#ledger.read(
      `select id, rule, body, epoch_ms(created) as created, tries, epoch_ms(due) as due
      from (
        select *, row_number() over (partition by rule order by created, id) as place
        from webhook_calls where state = 'waiting'
      ) placed
      where place = 1
      order by due, created, id limit ${limit}`,
    );
    return rows as unknown as Call[];
  }

  async made(id: string): Promise<void> {
    await this.#ledger.write(`delete from webhook_calls where id = ${literal(id)}`);
  }

  async postpone(id: string, tries: number, due: number): Promise<void> {
    await this.#ledger.write(
      `update webhook_calls set tries = ${tries}, due = ${moment(due)} where id = ${literal(id)}`,
    );
  }

  async giveUp(id: string, because: string, now: number): Promise<void> {
    await this.#ledger.write(
      `update webhook_calls set state = 'failed', because = ${literal(because)} where id = ${literal(id)}`,
      `delete from webhook_calls where state = 'failed' and created < ${moment(now - FAILED_MS)}`,
    );
  }

  /** Gives up the oldest of too many. */
  async trim(): Promise<void> {
    await this.#ledger.write(
      `update webhook_calls set state = 'failed', because = 'too many calls waited'
      where id in (
        select id from webhook_calls where state = 'waiting' order by created desc, id offset ${MOST_WAITING}
      )`,
    );
  }

  async counts(): Promise<{ waiting: number; failed: number }> {
    const [row] = await this.#ledger.read(
      `select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'failed') as failed
      from webhook_calls`,
    );
    return { waiting: Number(row?.["waiting"]), failed: Number(row?.["failed"]) };
  }
}
