import type { Engine, ResultRow } from "../../engines/engine.ts";
import { CardscopeError } from "../../errors.ts";
import { maskCardNumbers } from "../../schema/mask.ts";
import { sql } from "../../sql/statement.ts";

/** One customer as the customers table and the models state them. */
export interface Person {
  readonly id: string | number;
  /** Row of `users`. */
  readonly stated: ResultRow;
  /** Row of `customer_profile`. */
  readonly profile: ResultRow;
}

/** Finds a customer by the text of their id. Throws NOT_FOUND. */
export async function findPerson(engine: Engine, id: string): Promise<Person> {
  const found = await engine.query(
    sql`select user_id from users where cast(user_id as varchar) = ${id} limit 1`,
  );
  const key = found.rows[0]?.["user_id"];
  if (typeof key !== "string" && typeof key !== "number")
    throw new CardscopeError("NOT_FOUND", `no customer has the id ${maskCardNumbers(id.slice(0, 100))}`, {
      hint: "search on the page Customers; ids are those of the customers table",
    });
  const stated = await engine.query(sql`select * from users where user_id = ${key}`);
  const profile = await engine.query(sql`select * from customer_profile where user_id = ${key}`);
  return { id: key, stated: stated.rows[0] ?? {}, profile: profile.rows[0] ?? {} };
}

/** The number under a name; null where it is missing. */
export const numberOf = (row: ResultRow, name: string): number | null => {
  const value = row[name];
  return typeof value === "number" ? value : null;
};

/** A flag under a name; null where it is unknown. */
export const flagOf = (row: ResultRow, name: string): boolean | null => {
  const value = row[name];
  return typeof value === "boolean" ? value : null;
};
