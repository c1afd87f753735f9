import { literal, raw } from "../sql/statement.ts";
import type { Via } from "./delivery.ts";
import type { Workspace } from "./workspace.ts";

/** An event in the log. */
export interface LoggedEvent {
  readonly position: number;
  /** When it came. */
  readonly at: string;
  readonly via: Via;
  readonly id: string;
  readonly source: string;
  readonly type: "customer" | "card" | "balance";
  readonly subject: string;
  readonly op: "upsert" | "delete";
  readonly sequence: number;
  /** When it happened. */
  readonly time: string;
  /** superseded: a later change of the subject was known when it came. */
  readonly outcome: "applied" | "superseded";
}

/** The last events of the log, the newest first. */
export async function lastChanges(workspace: Workspace, last: number, limit: number): Promise<LoggedEvent[]> {
  await using engine = await workspace.engine.connect();
  const iso = "'%Y-%m-%dT%H:%M:%S.%gZ'";
  const { rows } = await engine.query(
    raw(`select position, strftime(arrived, ${iso}) as at, via, id, source, type, subject, op, sequence,
        strftime(time, ${iso}) as time, case when is_applied then 'applied' else 'superseded' end as outcome
      from events
      where position > ${literal(last - limit)}
      order by position desc
      limit ${literal(limit)}`),
  );
  return rows as unknown as LoggedEvent[];
}
