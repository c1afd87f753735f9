import type { Engine, ResultRow } from "../../engines/engine.ts";
import { literal, raw } from "../../sql/statement.ts";

/** A customer who was searched for, with what tells them from others. */
export interface Match {
  readonly user_id: string | number;
  /** What the text was found in: the customer's id, the id of a card, or the last four digits of one. */
  readonly found_by: "customer" | "card" | "last four digits";
  /** The card that was found. */
  readonly card_id: string | number | null;
  readonly cards: number;
  readonly credit_score: number | null;
  readonly is_high_risk: boolean | null;
}

export interface Matches {
  readonly matches: readonly Match[];
  readonly total: number;
}

/**
 * Customers whose id is the text, then those whose id begins with it, then owners of a card with that id or those
 * last four digits; in the order of ids. An empty text finds everyone.
 */
export async function searchCustomers(
  { engine }: { readonly engine: Engine },
  text: string,
  limit: number,
): Promise<Matches> {
  const wanted = literal(text.trim());
  const key = "lower(cast(user_id as varchar))";
  const { rows } = await engine.query(
    raw(`with found as (
        select user_id, case when ${key} = lower(${wanted}) then 1 else 2 end as place, null as card_id
        from customer_profile
        where starts_with(${key}, lower(${wanted}))
        union all
        select user_id, 3, card_id
        from card_profile
        where has_customer and lower(cast(card_id as varchar)) = lower(${wanted})
        union all
        select user_id, 4, card_id
        from card_profile
        where has_customer and card_last4 = ${wanted}
      ),
      best as (
        select user_id, place, card_id,
          row_number() over (partition by user_id order by place nulls last, card_id nulls last) as nth
        from found
      )
      select best.user_id, best.place, best.card_id, customer_profile.cards, customer_profile.credit_score,
        customer_profile.is_high_risk, (select count(*) from best where nth = 1) as total
      from best
      join customer_profile on customer_profile.user_id = best.user_id
      where best.nth = 1
      order by best.place nulls last, best.user_id nulls last
      limit ${literal(limit)}`),
  );
  return { matches: rows.map(matchOf), total: Number(rows[0]?.["total"] ?? 0) };
}

const matchOf = ({ place, total: _, ...row }: ResultRow): Match => ({
  ...(row as unknown as Match),
  found_by: place === 4 ? "last four digits" : place === 3 ? "card" : "customer",
});
