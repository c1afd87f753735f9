import type { Engine } from "../engines/engine.ts";
import type { View } from "../models/build.ts";
import { yearMonth } from "../sql/dialect.ts";
import { sql } from "../sql/statement.ts";
import { type Attribute, attributesOf, type Trait, traitsOf } from "./customer/attributes.ts";
import { type Finding, findingsOf } from "./customer/findings.ts";
import { type OfferStanding, offersOf } from "./customer/offers.ts";
import { findPerson, numberOf } from "./customer/person.ts";
import { type Standing, standingOf } from "./customer/standing.ts";
import { type Verdict, verdictsOf } from "./customer/verdicts.ts";

export { type Match, type Matches, searchCustomers } from "./customer/search.ts";

/** A row of card_profile, with its state on the as-of date. */
export interface HeldCard {
  readonly card_id: string | number;
  readonly brand: string | null;
  readonly type: string | null;
  readonly status: "expired" | "expiring" | "later" | null;
  /** Null where there is no expiry month. */
  readonly is_valid: boolean | null;
  readonly is_not_yet_opened: boolean;
  /** Expires in the months that a renewal looks ahead. */
  readonly expires_soon: boolean | null;
  /** YYYY-MM */
  readonly opened_on: string | null;
  /** YYYY-MM */
  readonly expires_on: string | null;
  readonly credit_limit_usd: number | null;
  readonly balance_usd: number | null;
  readonly has_chip: boolean | null;
  readonly pin_changed_year: number | null;
  readonly on_dark_web: boolean | null;
  readonly card_last4: string | null;
}

/** Everything about one customer under a look. */
export interface CustomerProfile {
  readonly id: string | number;
  readonly asOf: string;
  readonly attributes: readonly Attribute[];
  readonly traits: readonly Trait[];
  /** Beside the customers whom the look selects, the whole portfolio without filters. */
  readonly standing: readonly Standing[];
  readonly isSelected: boolean;
  readonly cards: readonly HeldCard[];
  readonly cardsTotal: number;
  readonly verdicts: Readonly<Record<Verdict["name"], Verdict>>;
  readonly offers: readonly OfferStanding[];
  readonly findings: readonly Finding[];
  readonly findingsTotal: number;
}

/** Cards on a page; nobody has more, but a damaged file can. */
const MOST_CARDS = 200;

/** Throws NOT_FOUND. */
export async function customerProfile(
  { engine, view }: { readonly engine: Engine; readonly view: View },
  id: string,
): Promise<CustomerProfile> {
  const person = await findPerson(engine, id);
  const { profile, stated } = person;
  const { inputs, values, asOf } = view;
  const { standing, isSelected } = await standingOf(engine, view, person.id);
  const { findings, total } = await findingsOf(engine, person.id);
  return {
    id: person.id,
    asOf,
    attributes: attributesOf(stated, inputs),
    traits: traitsOf(profile),
    standing,
    isSelected,
    cards: await cardsOf(engine, person.id),
    cardsTotal: numberOf(profile, "cards") ?? 0,
    verdicts: verdictsOf(profile, values, inputs),
    offers: await offersOf(engine, inputs, values, person.id, profile),
    findings,
    findingsTotal: total,
  };
}

/** Those that end soonest come first, expired ones last. */
async function cardsOf(engine: Engine, id: string | number): Promise<readonly HeldCard[]> {
  const { rows } = await engine.query(sql`
    select
      card_id,
      brand,
      type,
      status,
      is_valid,
      is_not_yet_opened,
      expires_soon,
      ${yearMonth("card_profile.opened_on")} as opened_on,
      ${yearMonth("card_profile.expires_on")} as expires_on,
      credit_limit_usd,
      balance_usd,
      has_chip,
      pin_changed_year,
      on_dark_web,
      card_last4
    from card_profile
    where user_id = ${id}
    order by
      case when status = 'expired' then 1 else 0 end nulls last,
      card_profile.expires_on nulls last,
      card_id nulls last
    limit ${MOST_CARDS}
  `);
  return rows as unknown as readonly HeldCard[];
}
