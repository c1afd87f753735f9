import type { DuckDBEngine } from "../engines/duckdb.ts";
import { refused } from "../errors.ts";
import { literal, raw } from "../sql/statement.ts";
import type { FileMonth } from "./as-of.ts";
import type { IssueLog } from "./issue-log.ts";

/** What only both tables together show. Reads `users` and `cards` while they still have row numbers. */
export async function checkRelations(
  engine: DuckDBEngine,
  log: IssueLog,
  files: { users: string; cards: string },
): Promise<void> {
  const { rows } = await engine.query(
    raw(`select count(*) as cards, count(u.user_id) as owned
      from cards c left join users u on u.user_id = c.user_id`),
  );
  if (Number(rows[0]?.["cards"]) > 0 && Number(rows[0]?.["owned"]) === 0)
    throw refused(
      `${files.cards}: none of its ${rows[0]?.["cards"]} cards belongs to a customer of ${files.users}`,
      "give two files of one portfolio, or name the keys with --map users.user_id=HEADER and --map cards.user_id=HEADER",
    );
  if (rows[0]?.["cards"] === rows[0]?.["owned"]) return;
  await log.addCells(
    "orphan_card",
    "cards",
    "user_id",
    `select c.row as row, cast(c.user_id as varchar) as value
      from cards c left join users u on u.user_id = c.user_id where u.user_id is null`,
  );
}

/**
 * Customers without ids are named by their row. That holds for the whole file in its first order alone: a card of a
 * row that is not there, or numbers of cards that most customers do not have, say that rows were moved.
 */
export async function checkRowNumbers(
  engine: DuckDBEngine,
  files: { users: string; cards: string },
  hasCardCount: boolean,
): Promise<void> {
  const unlike = hasCardCount
    ? `(select count(*) from users u
        left join (select user_id, count(*) as n from cards group by user_id) c on c.user_id = u.user_id
        where u.card_count <> coalesce(c.n, 0))`
    : "0";
  const { rows } = await engine.query(
    raw(`select (select count(*) from users) as customers, ${unlike} as unlike,
        count(*) filter (where u.user_id is null) as beyond
      from cards c left join users u on u.user_id = c.user_id`),
  );
  const count = (name: string) => Number(rows[0]?.[name]);
  const [customers, unlikely, beyond] = [count("customers"), count("unlike"), count("beyond")];
  if (beyond === 0 && unlikely <= customers / 2) return;
  const why =
    beyond > 0
      ? `${beyond} cards of ${files.cards} are of rows that it does not have`
      : `${unlikely} of ${customers} customers state another number of cards than ${files.cards} has for their row`;
  throw refused(
    `${files.users}: customers have no ids and cannot be told by their rows: ${why}`,
    "give the whole file in its first order, or one with a column of ids",
  );
}

/** The stated number of cards beside the counted one. */
export async function checkCardCounts(log: IssueLog): Promise<void> {
  await log.addCells(
    "card_count_mismatch",
    "users",
    "card_count",
    `select u.row as row, cast(cast(u.card_count as bigint) as varchar) || ' stated, ' || coalesce(c.n, 0) || ' counted' as value
      from users u
      left join (select user_id, count(*) as n from cards group by user_id) c on c.user_id = u.user_id
      where u.card_count is not null and u.card_count <> coalesce(c.n, 0)`,
  );
}

/** Cards that expire before they were opened. */
export async function checkMonths(log: IssueLog): Promise<void> {
  await log.addCells(
    "expires_before_opened",
    "cards",
    "expires_on",
    `select row, strftime(expires_on, '%Y-%m') || ', opened ' || strftime(opened_on, '%Y-%m') as value
      from cards where expires_on < opened_on`,
  );
}

/** Ages that do not follow from the birth month, where most of them do. */
export async function checkAges(log: IssueLog, month: FileMonth): Promise<void> {
  if (month.from !== "ages") return;
  const day = `cast(${literal(month.day)} as date)`;
  const age = `floor((year(${day}) * 12 + month(${day}) - (birth_year * 12 + birth_month)) / 12)`;
  await log.addCells(
    "age_disagrees",
    "users",
    "age",
    `select row, cast(cast(age as bigint) as varchar) || ', born ' || cast(cast(birth_year as bigint) as varchar) || '-' || lpad(cast(cast(birth_month as bigint) as varchar), 2, '0') as value
      from users where age is not null and birth_year is not null and birth_month is not null and floor(age) <> ${age}`,
  );
}
