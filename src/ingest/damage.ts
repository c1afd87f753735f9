import { fullMatch } from "./missing.ts";
import { notations, shownDay } from "./notations.ts";

const days = notations.month.filter(
  (n) => n.isDay && n.name !== "spreadsheet day number" && n.name !== "yyyymmdd",
);
const dayMonth = { pattern: "[A-Za-z]{3,9}\\.?[-/ ]\\d{1,2}" };

/** SQL that is true where a cell of a column of numbers shows a day: a spreadsheet took 27.8 for 27 August. */
export const looksLikeDay = (text: string): string =>
  `(${[...days, shownDay, dayMonth].map((n) => fullMatch(text, n.pattern)).join(" or ")})`;

/** What a coordinate was before a spreadsheet made a day of it. */
export interface Candidates {
  /** SQL: day + month/100, as in 27.08. */
  readonly low: string;
  /** SQL: day + month/10, as in 27.8; null for October to December, where only 27.10 can be meant. */
  readonly high: string;
  /** SQL for both, as a person reads them. */
  readonly label: string;
}

export function coordinateDay(text: string): Candidates {
  const number = (pattern: string) =>
    `try_cast(nullif(regexp_extract(${text}, '${pattern}', 1), '') as double)`;
  const named = `nullif((instr('janfebmaraprmayjunjulaugsepoctnovdec', lower(left(regexp_extract(${text}, '([A-Za-z]{3})', 1), 3))) + 2) // 3, 0)`;
  const isIso = fullMatch(text, "\\d{4}-\\d{2}-\\d{2}.*");
  const isNamed = fullMatch(text, ".*[A-Za-z]{3}.*");
  const day = `case when ${isIso} then ${number("^\\d{4}-\\d{2}-(\\d{2})")} when ${isNamed} then ${number("(?:^|[^\\d])(\\d{1,2})(?:[^\\d]|$)")} end`;
  const month = `case when ${isIso} then ${number("^\\d{4}-(\\d{2})")} when ${isNamed} then ${named} end`;
  const low = `round(${day} + ${month} / 100.0, 2)`;
  const high = `case when ${month} < 10 then round(${day} + ${month} / 10.0, 1) end`;
  return { low, high, label: `${low} || coalesce(' or ' || ${high}, '')` };
}
