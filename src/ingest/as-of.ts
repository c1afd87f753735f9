import type { Engine } from "../engines/engine.ts";
import { sql } from "../sql/statement.ts";

/** The month a file speaks of. `from` says what told it. */
export interface FileMonth {
  /** YYYY-MM-DD, last day of the month */
  readonly day: string;
  readonly from: "ages" | "latest opening" | "today";
}

/**
 * The month in which most stated ages agree with birth year and month (a birthday counts from the first of its
 * month); else the latest opening that is not in the future; else today's.
 *
 * An age fits twelve months; a sweep over the starts and ends of those windows finds where most of them overlap.
 */
export async function inferFileMonth(engine: Engine, today: string): Promise<FileMonth> {
  const ages = await engine.query(sql`
    with windows as (
      select cast(birth_year * 12 + birth_month - 1 + age * 12 as bigint) as first_month
      from users
      where age is not null and birth_year is not null and birth_month is not null and age = trunc(age)
    ),
    edges as (
      select first_month as month, 1 as step from windows
      union all
      select first_month + 12 as month, -1 as step from windows
    ),
    steps as (
      select month, sum(step) as step from edges group by month
    ),
    fits as (
      -- a window over all rows breaks DuckDB 1.5.5 now and then
      select month, sum(step) over (partition by month is null order by month rows unbounded preceding) as customers
      from steps
    )
    select
      month,
      customers,
      -- the months up to the next step fit as many
      lead(month) over (partition by month is null order by month) - 1 as last_month,
      (select count(*) from windows) as stated
    from fits
    order by customers desc, month desc
    limit 1
  `);
  const opened = await engine.query(sql`
    select year(max(opened_on)) * 12 + month(max(opened_on)) - 1 as month
    from cards
    where opened_on <= cast(${today} as date)
  `);
  const month = opened.rows[0]?.["month"] ?? null;
  const best = ages.rows[0];
  if (best !== undefined && Number(best["customers"]) > Number(best["stated"]) / 2) {
    // where few ages leave several months, the latest opening chooses among them
    const [first, last] = [Number(best["month"]), Number(best["last_month"] ?? best["month"])];
    return { day: lastDay(Math.min(Math.max(Number(month ?? first), first), last)), from: "ages" };
  }
  return month === null
    ? { day: today, from: "today" }
    : { day: lastDay(Number(month)), from: "latest opening" };
}

/** `month` counts from year 0. */
function lastDay(month: number): string {
  return new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).toISOString().slice(0, 10);
}
