import type { Engine, Scalar } from "../../engines/engine.ts";
import { CardscopeError } from "../../errors.ts";
import { cards } from "../../schema/cards.ts";
import type { Field } from "../../schema/tables.ts";
import { users } from "../../schema/users.ts";
import { literal, raw } from "../../sql/statement.ts";
import { type CategoryDimension, categoryKey } from "../dimensions.ts";

/** The names of a category dimension by code, in the order in which they are drawn. */
export interface Names {
  /** Keys as in an address. */
  readonly keys: readonly string[];
  /** The parts of each key. */
  readonly parts: readonly (readonly (string | null)[])[];
  /** How many have a bar of their own; the rest share one after them. */
  readonly drawn: number;
}

/** More bars are not read. */
const MOST_BARS = 400;
/** Codes are 16 bits, and one is that of missing. */
const MOST_NAMES = 65_000;

/**
 * The names that are in the data, the most frequent first; where a name has several parts, by part instead, in the
 * order of the schema: cards of one brand stand together.
 */
export async function readNames(
  engine: Engine,
  table: string,
  { columns, label }: CategoryDimension,
  mostBars = MOST_BARS,
): Promise<Names> {
  const list = columns.join(", ");
  const { rows } = await engine.query(
    raw(`select ${list}, count(*) as n from ${table} group by ${list} order by n desc, ${list}`),
  );
  const found = rows
    .map((row) => columns.map((column) => text(row[column])))
    .filter((parts) => categoryKey(parts) !== null);
  if (found.length > MOST_NAMES)
    throw new CardscopeError("NOT_COMPUTABLE", `${label}: ${found.length} different values`, {
      hint: `at most ${MOST_NAMES} can be counted; is the right column mapped?`,
    });
  const drawn = found.slice(0, mostBars);
  if (columns.length > 1) drawn.sort(byParts(columns));
  const parts = [...drawn, ...found.slice(mostBars)];
  return { keys: parts.map((part) => categoryKey(part) ?? ""), parts, drawn: drawn.length };
}

const text = (value: Scalar | undefined): string | null =>
  value === null || value === undefined ? null : String(value);

/** Reads the code of a row: a join to the names, whose last column is `code`. */
export const codeJoin = (
  alias: string,
  table: string,
  { columns }: CategoryDimension,
  { parts }: Names,
): string => {
  const tuples = parts.map((part, code) => `(${[...part, code].map(literal).join(", ")})`);
  // of no names there is still a table
  const values =
    tuples.length > 0 ? tuples.join(", ") : `(${[...columns, null].map(() => "null").join(", ")})`;
  const match = columns.map((column) => `${alias}.${column} is not distinct from ${table}.${column}`);
  return `left join (values ${values}) as ${alias}(${[...columns, "code"].join(", ")}) on ${match.join(" and ")}`;
};

function byParts(columns: readonly string[]) {
  const fields: Readonly<Record<string, Field>> = { ...users.fields, ...cards.fields };
  const orders = columns.map((column) => Object.keys(fields[column]?.categories ?? {}));
  const place = (name: string | null, order: readonly string[]): number => {
    if (name === null) return Number.POSITIVE_INFINITY;
    const at = order.indexOf(name);
    return at < 0 ? order.length : at;
  };
  return (a: readonly (string | null)[], b: readonly (string | null)[]): number => {
    for (const [i, order] of orders.entries()) {
      const [x, y] = [a[i] ?? null, b[i] ?? null];
      if (x === y) continue;
      const [px, py] = [place(x, order), place(y, order)];
      return px === py ? ((x ?? "") < (y ?? "") ? -1 : 1) : px - py;
    }
    return 0;
  };
}
