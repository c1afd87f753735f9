import type { ResultRow } from "../../engines/engine.ts";
import { literal } from "../../sql/statement.ts";
import type { Ledger } from "../ledger.ts";
import { dayOf } from "./calendar.ts";

import { closedDays } from "./days.ts";
import type { Snapshot } from "./snapshot.ts";

export interface KeptRows {
  readonly day: string;
  readonly rows: readonly ResultRow[];
  readonly position: number;
}

export interface Due {
  readonly days: readonly string[];
  /** The days of the earliest event in the log and of the newest. */
  readonly first: string | undefined;
  readonly latest: string | undefined;
  /** Events that this is of. */
  readonly position: number;
}

/** A day on which nothing is computable is kept as well: as done. */
const NOTHING = "";

/** The table of days in a workspace. */
export class KeptDays {
  readonly #ledger: Ledger;
  readonly #origin: string | undefined;

  /** `origin`: the day of the files, where there were some. */
  constructor(ledger: Ledger, origin: string | undefined) {
    this.#ledger = ledger;
    this.#origin = origin;
  }

  /** Closed days that are missing, or that a late event has made out of date: the newest first. */
  async due(): Promise<Due> {
    const [span] = await this.#ledger.read(
      `select
        (select epoch_ms(min(time)) from events) as first,
        (select epoch_ms(latest) from progress) as latest,
        (select position from progress) as position,
        (select value from meta where name = 'cut') as cut`,
    );
    const day = (ms: unknown) => (typeof ms === "number" ? dayOf(ms) : undefined);
    const latest = day(span?.["latest"]);
    const cut = span?.["cut"];
    const closed = closedDays({
      origin: this.#origin,
      first: day(span?.["first"]),
      latest,
      cut: typeof cut === "string" ? cut : undefined,
    });
    const fresh = await this.#ledger.read(
      `select distinct cast(day as varchar) as day
      from history
      where not exists (
        select * from stale_days where stale_days.day <= history.day and stale_days.position > history.position
      )`,
    );
    const known = new Set(fresh.map(({ day: kept }) => kept));
    return {
      days: closed.filter((one) => !known.has(one)),
      first: day(span?.["first"]),
      latest,
      position: Number(span?.["position"]),
    };
  }

  async keep({ day, position, figures }: Snapshot): Promise<void> {
    const rows = [...figures].map(
      ([id, found]) =>
        `(cast(${literal(day)} as date), ${literal(id)}, ${literal(JSON.stringify(found))}, ${position})`,
    );
    await this.#ledger.write(
      `delete from history where day = cast(${literal(day)} as date)`,
      `insert into history values ${[`(cast(${literal(day)} as date), ${literal(NOTHING)}, '[]', ${position})`, ...rows].join(", ")}`,
    );
  }

  /** Forgets the marks up to a position at which nothing was due. */
  async clearMarks(position: number): Promise<void> {
    await this.#ledger.write(`delete from stale_days where position <= ${position}`);
  }

  async days(): Promise<string[]> {
    const rows = await this.#ledger.read(
      "select distinct cast(day as varchar) as day from history order by 1",
    );
    return rows.map(({ day }) => String(day));
  }

  async ids(): Promise<ReadonlySet<string>> {
    const rows = await this.#ledger.read("select distinct analysis from history");
    return new Set(rows.map(({ analysis }) => String(analysis)).filter((id) => id !== NOTHING));
  }

  async rowsOf(analysis: string): Promise<KeptRows[]> {
    const rows = await this.#ledger.read(
      `select cast(day as varchar) as day, figures, position from history
      where analysis = ${literal(analysis)} order by history.day`,
    );
    return rows.map(({ day, figures, position }) => ({
      day: String(day),
      rows: JSON.parse(String(figures)) as ResultRow[],
      position: Number(position),
    }));
  }

  /** Rows by analysis; undefined for a day that is not kept. */
  async on(day: string): Promise<ReadonlyMap<string, readonly ResultRow[]> | undefined> {
    const rows = await this.#ledger.read(
      `select analysis, figures from history where day = cast(${literal(day)} as date)`,
    );
    if (rows.length === 0) return undefined;
    return new Map(
      rows
        .filter(({ analysis }) => analysis !== NOTHING)
        .map(({ analysis, figures }) => [String(analysis), JSON.parse(String(figures)) as ResultRow[]]),
    );
  }
}
