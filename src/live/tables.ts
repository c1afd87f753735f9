import { sqlType } from "../ingest/read-table.ts";
import { cards } from "../schema/cards.ts";
import type { Table } from "../schema/tables.ts";
import { users } from "../schema/users.ts";

/** Of the tables below. A workspace of an older version is brought up to it; one of a newer is refused. */
export const SCHEMA_VERSION = 2;

/** What brings a workspace from a version to the next. */
export const migrations: Readonly<Record<number, readonly string[]>> = {
  // the state was kept beside the events that it follows from
  1: ["drop table users", "drop table cards"],
};

const columnsOf = (table: Table): string =>
  Object.entries(table.fields)
    // ids are whole numbers until one is not; see key-types.ts
    .map(([name, field]) => `${name} ${field.reading === "id" ? "bigint" : sqlType(field)}`)
    .join(", ");

const head =
  "type varchar, subject varchar, source varchar, sequence bigint, time timestamp, op varchar, data varchar";

/**
 * What a workspace holds.
 *
 * The portfolio as it is now follows from it: see state.ts.
 *
 * - `base_users`, `base_cards`: what the files say.
 * - `base_heads`: the heads before the first event that the log still has.
 * - `events`: the log. Without a key: an index over a growing table makes every commit slower.
 * - `heads`: of each subject and source the event with the highest sequence, deletes among them as tombstones.
 * - `streams`: how far each numbered stream is in.
 * - `dead_letters`: what could not be applied.
 * - `progress`: one row of totals.
 * - `history`: figures at the end of each day, as the events up to a position tell it.
 * - `stale_days`: from this day on, figures of an earlier position are to be computed again.
 * - `alert_rules`: what is watched, and how it stands.
 * - `webhook_calls`: what is to be told, until it is.
 */
export const ddl: readonly string[] = [
  "create table meta (name varchar, value varchar)",
  `create table base_users (${columnsOf(users)})`,
  `create table base_cards (${columnsOf(cards)})`,
  `create table base_heads (${head})`,
  // the key is a digest of type, source and subject: numbers are found faster than texts
  `create table heads (key uhugeint, ${head})`,
  `create table events (position bigint, arrived timestamp, via varchar, id varchar, ${head}, is_applied boolean)`,
  "create table streams (name varchar, position bigint)",
  `create table dead_letters (
    number bigint, arrived timestamp, via varchar, line integer, reason varchar,
    body varchar, length bigint, sha256 varchar, state varchar
  )`,
  `create table progress (
    position bigint, accepted bigint, superseded bigint, rejected bigint, letters bigint, latest timestamp
  )`,
  "insert into progress values (0, 0, 0, 0, 0, null)",
  "create table history (day date, analysis varchar, figures varchar, position bigint)",
  "create table stale_days (day date, position bigint)",
  `create table alert_rules (
    id varchar, created timestamp, rule varchar, state varchar, value double, because varchar,
    since timestamp, told double
  )`,
  `create table webhook_calls (
    id varchar, rule varchar, body varchar, created timestamp, tries integer, due timestamp, state varchar,
    because varchar
  )`,
];
