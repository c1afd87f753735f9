/** Which rows of the models a figure counts: conditions that analyses share. */

import { type Fragment, literal, raw, render, type Statement, type Value } from "../sql/statement.ts";
import type { Behind } from "./analysis.ts";

const model =
  (of: Behind["of"]) =>
  (...conditions: readonly Statement[]): Behind => ({ of, where: all(...conditions) });

/** Customers for whom all of the conditions hold; every customer where there is none. */
export const customersWith = model("customer_profile");
/** Cards for which all of the conditions hold; every card where there is none. */
export const cardsWith = model("card_profile");
/** Eligible customers of offers for whom all of the conditions hold. */
export const offersWith = model("offer_profile");

/** `expression` over a model's columns is our own text; the value is a row's. Missing is a value, too. */
export const is = (expression: string, value: Value): Statement =>
  raw(value === null ? `${expression} is null` : `${expression} = ${literal(value)}`);

export const known = (expression: string): Statement => raw(`${expression} is not null`);
export const unknown = (expression: string): Statement => raw(`${expression} is null`);

/** All of them hold. A condition that has an `or` brings its own parentheses. */
const all = (...conditions: readonly Statement[]): Statement =>
  conditions.length === 0
    ? raw("true")
    : {
        parts: ["", ...conditions.slice(1).map(() => " and "), ""],
        holes: conditions.map((condition) => late(condition)),
      };

const late = (statement: Statement): Fragment => ({ render: (dialect) => render(statement, dialect) });
