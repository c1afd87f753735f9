import { literal } from "../sql/statement.ts";
import {
  type CategoryDimension,
  categoryParts,
  type DimensionId,
  dimensionIds,
  dimensions,
  type Owner,
  type RangeDimension,
} from "./dimensions.ts";
import type { Filter, Filters, Look } from "./look.ts";

/**
 * Narrows a SELECT over the models to what a look selects, by common table expressions of the models' own names:
 * the statement that is shown is the one that runs, and `cardscope sql` runs it again.
 *
 * Customers are selected with all of their cards: a filter on cards keeps a customer who holds a card that passes
 * all of them. Cards are selected with their owners; a customer's own figures still cover all cards of theirs.
 */
export function narrow(select: string, look: Look): string {
  const tables = look.grain === "cards" ? narrowedCards(look.filters) : narrowedCustomers(look.filters);
  if (tables === undefined) return select;
  const used = Object.entries(tables).filter(([name]) =>
    dependants(name).some((table) => mentions(select, table)),
  );
  if (used.length === 0) return select;
  const prefix = used.map(([name, text]) => `${name} as (\n  ${text}\n)`).join(",\n");
  const rest = /^\s*with\s+/i.exec(select);
  return rest === null ? `with ${prefix}\n${select}` : `with ${prefix},\n${select.slice(rest[0].length)}`;
}

const mentions = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);

/** Which tables of the SELECT a narrowed table is needed for: the others are narrowed by it. */
const dependants = (name: string): readonly string[] =>
  name === "offer_profile" ? ["offer_profile"] : ["customer_profile", "card_profile", "offer_profile"];

function narrowedCustomers(filters: Filters): Readonly<Record<string, string>> | undefined {
  const own = conditions(filters, "customer", "");
  const cards = conditions(filters, "card", "");
  if (own.length + cards.length === 0) return undefined;
  const holds =
    cards.length === 0 ? [] : [`user_id in (select user_id from card_profile where ${all(cards)})`];
  return {
    customer_profile: `select * from customer_profile where ${all([...own, ...holds])}`,
    card_profile: "select * from card_profile where user_id in (select user_id from customer_profile)",
    offer_profile: "select * from offer_profile where user_id in (select user_id from customer_profile)",
  };
}

function narrowedCards(filters: Filters): Readonly<Record<string, string>> | undefined {
  const own = conditions(filters, "card", "card_profile.");
  const owner = conditions(filters, "customer", "customer_profile.");
  if (own.length + owner.length === 0) return undefined;
  // a card without an owner has no attributes of one: they are missing
  const join =
    owner.length === 0
      ? ""
      : " left join customer_profile on customer_profile.user_id = card_profile.user_id";
  return {
    card_profile: `select card_profile.* from card_profile${join} where ${all([...own, ...owner])}`,
    customer_profile: "select * from customer_profile where user_id in (select user_id from card_profile)",
    offer_profile: "select * from offer_profile where user_id in (select user_id from customer_profile)",
  };
}

const all = (conditions: readonly string[]): string => conditions.join(" and ");

function conditions(filters: Filters, owner: Owner, prefix: string): string[] {
  return dimensionIds.flatMap((id) => {
    const filter = filters[id];
    return filter === undefined || dimensions[id].owner !== owner ? [] : [condition(id, filter, prefix)];
  });
}

/** A filter as SQL; `prefix` stands before the column names. */
function condition(id: DimensionId, filter: Filter, prefix: string): string {
  const dimension: RangeDimension | CategoryDimension = dimensions[id];
  if ("values" in filter) {
    const columns = dimension.shape === "range" ? [dimension.column] : dimension.columns;
    const one = (key: string | null) =>
      all(
        categoryParts(key, columns.length).map((part, i) =>
          part === null ? `${prefix}${columns[i]} is null` : `${prefix}${columns[i]} = ${literal(part)}`,
        ),
      );
    return filter.values.length === 0
      ? "false"
      : `(${filter.values.map((key) => `(${one(key)})`).join(" or ")})`;
  }
  const column = dimension.shape === "range" ? `${prefix}${dimension.column}` : prefix;
  const bound = (value: number | string) =>
    dimension.kind === "month" ? `date '${value}-01'` : literal(Number(value));
  const parts = [
    ...(filter.low === null ? [] : [`${column} >= ${bound(filter.low)}`]),
    ...(filter.high === null ? [] : [`${column} < ${bound(filter.high)}`]),
  ];
  return parts.length === 0 ? `${column} is not null` : all(parts);
}
