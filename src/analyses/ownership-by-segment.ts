import { ageBands, incomeBands, scoreBands } from "../schema/bands.ts";
import { count, flag, label, number, share } from "../schema/columns.ts";
import { decimal } from "../schema/format.ts";
import { wilsonHigh, wilsonLow } from "../sql/intervals.ts";
import { tuples } from "../sql/lists.ts";
import { raw, sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is, known } from "./conditions.ts";
import { ascending, unique } from "./rows.ts";

export default defineAnalysis({
  id: "ownership-by-segment",
  topic: "ownership",
  title: "Who holds the cards",
  question: "Which customers hold more cards than others, and do they at equal age?",
  grain: "one row per dimension and segment",
  unit: "customer",
  definition:
    "Per segment: cards on file / customers, valid cards / customers, and the share of customers with a credit card on file with its 95 % score interval (Wilson 1927). Older customers hold more cards, so segments of unlike age are also compared at equal age: the segment's mean per age band, weighted by the age bands of all customers (direct standardisation); missing where the segment lacks customers in age bands that hold more than 5 % of all, and by age band itself. Segments with fewer customers than the small parameter are marked and never ranked. Each customer is in one segment of each dimension.",
  needs: ["segments"],
  measures: ["small"],

  sql: ({ inputs, values }) => sql`
    with dimensions (dimension, dimension_position) as (
      values ('age_band', 1), ('income_band', 2), ('employment', 3), ('score_band', 4)
    ),
    -- closed segments are there even when empty; employment has those that occur
    segments (dimension, segment, segment_position) as (
      values ${tuples([
        ...ageBands.map((band, i) => ["age_band", band, i + 1]),
        ...incomeBands.map((band, i) => ["income_band", band, i + 1]),
        ...scoreBands.map((band, i) => ["score_band", band, i + 1]),
      ])}
    ),
    -- customers who are alike in every dimension, together
    profiles as (
      select
        age_band,
        income_band,
        employment,
        score_band,
        count(*) as customers,
        sum(cards) as cards,
        sum(valid_cards) as valid_cards,
        count(*) filter (where credit_cards > 0) as with_credit_card
      from customer_profile
      group by age_band, income_band, employment, score_band
    ),
    -- in each of the dimensions that the files allow
    assigned as (
      select 'age_band' as dimension, age_band as segment, profiles.*
      from profiles
      where ${inputs.has("users.age")}
      union all
      select 'income_band', income_band, profiles.*
      from profiles
      where ${inputs.has("users.annual_income_usd")}
      union all
      select 'employment', employment, profiles.*
      from profiles
      where ${inputs.has("retired")}
      union all
      select 'score_band', score_band, profiles.*
      from profiles
      where ${inputs.has("users.credit_score")}
    ),
    cells as (
      select
        dimension,
        segment,
        age_band,
        sum(customers) as customers,
        sum(cards) as cards,
        sum(valid_cards) as valid_cards,
        sum(with_credit_card) as with_credit_card
      from assigned
      group by dimension, segment, age_band
    ),
    -- the ages of the whole portfolio, which every segment is weighted to
    mix as (
      select
        age_band,
        cast(sum(customers) as double)
          / nullif((select sum(customers) from profiles where age_band is not null), 0) as weight
      from profiles
      where age_band is not null
      group by age_band
    ),
    totals as (
      select
        cells.dimension,
        cells.segment,
        sum(cells.customers) as customers,
        sum(cells.cards) as cards,
        sum(cells.valid_cards) as valid_cards,
        sum(cells.with_credit_card) as with_credit_card,
        sum(mix.weight) as covered,
        sum(mix.weight * cells.cards / cells.customers) as weighted_cards
      from cells
      left join mix on mix.age_band = cells.age_band
      group by cells.dimension, cells.segment
    ),
    listed as (
      select
        coalesce(segments.dimension, totals.dimension) as dimension,
        coalesce(segments.segment, totals.segment) as segment,
        -- under 18 comes before the bands, open segments by name, missing last
        case when totals.segment = '<18' then 0 else segments.segment_position end as segment_position,
        coalesce(totals.customers, 0) as customers,
        totals.cards,
        totals.valid_cards,
        totals.with_credit_card,
        totals.covered,
        totals.weighted_cards
      from segments
      full join totals on totals.dimension = segments.dimension and totals.segment = segments.segment
    )
    select
      listed.dimension,
      listed.segment,
      listed.customers,
      cast(listed.cards as double) / nullif(listed.customers, 0) as cards_per_customer,
      cast(listed.valid_cards as double) / nullif(listed.customers, 0) as valid_cards_per_customer,
      cast(listed.with_credit_card as double) / nullif(listed.customers, 0) as share_with_credit_card,
      ${wilsonLow("listed.with_credit_card", "listed.customers")} as share_low,
      ${wilsonHigh("listed.with_credit_card", "listed.customers")} as share_high,
      case when listed.covered >= 0.95 - 1e-9 and listed.dimension <> 'age_band'
        then listed.weighted_cards / nullif(listed.covered, 0)
      end as cards_per_customer_age_standardised,
      listed.customers < ${values.small.customers} as small
    from listed
    join dimensions on dimensions.dimension = listed.dimension
    where (listed.dimension = 'age_band' and ${inputs.has("users.age")})
      or (listed.dimension = 'income_band' and ${inputs.has("users.annual_income_usd")})
      or (listed.dimension = 'score_band' and ${inputs.has("users.credit_score")})
      or listed.dimension = 'employment'
    order by
      dimensions.dimension_position nulls last,
      listed.segment_position nulls last,
      listed.segment nulls last
  `,

  columns: {
    dimension: label("Dimension", "age_band, income_band, employment or score_band."),
    segment: label("Segment", "Group within the dimension.", { nullable: true }),
    customers: count("Customers", "Customers in the segment."),
    cards_per_customer: number("Cards per customer", "Cards on file, every type.", { nullable: true }),
    valid_cards_per_customer: number("Valid cards per customer", "Valid on the as-of date, every type.", {
      needs: ["validity"],
    }),
    share_with_credit_card: share("With a credit card", "Part of the segment with a credit card on file.", {
      needs: ["cards.type"],
    }),
    share_low: share("Low", "Lower bound of the 95 % interval of the share.", { needs: ["cards.type"] }),
    share_high: share("High", "Upper bound of the 95 % interval of the share.", { needs: ["cards.type"] }),
    cards_per_customer_age_standardised: number(
      "Cards per customer at equal age",
      "At the age mix of all customers.",
      { needs: ["users.age"] },
    ),
    small: flag("Small", "Fewer customers than may be ranked."),
  },
  chart: {
    mark: "interval",
    x: "segment",
    y: "share_with_credit_card",
    low: "share_low",
    high: "share_high",
    facet: "dimension",
  },

  insight(rows, { inputs, values }) {
    const dimension = inputs.has("users.annual_income_usd") ? "income_band" : (rows[0]?.dimension ?? "");
    const [raw, standardised] = [
      "cards_per_customer" as const,
      "cards_per_customer_age_standardised" as const,
    ].map((name) => {
      const ranked = rows
        .filter((row) => row.dimension === dimension && row.segment !== null && !row.small)
        .flatMap((row) => {
          const cards = row[name];
          return cards === null ? [] : [{ segment: row.segment, cards }];
        })
        .toSorted((a, b) => b.cards - a.cards);
      return { most: ranked[0], fewest: ranked.at(-1), size: ranked.length };
    });
    if (raw?.most === undefined || raw.fewest === undefined || raw.size < 2)
      return `No two segments have ${values.small.customers} customers or more, so that none are compared.`;
    const name = dimension.replaceAll("_", " ");
    const held = `By ${name}, customers in ${raw.most.segment} hold most cards on file (${decimal(raw.most.cards)} each) and those in ${raw.fewest.segment} fewest (${decimal(raw.fewest.cards)})`;
    if (standardised?.most === undefined || standardised.fewest === undefined || standardised.size < raw.size)
      return `${held}.`;
    const equal = `${standardised.most.segment} hold most (${decimal(standardised.most.cards)}) and ${standardised.fewest.segment} fewest (${decimal(standardised.fewest.cards)})`;
    if (standardised.fewest.segment === raw.most.segment || standardised.most.segment === raw.fewest.segment)
      return `${held}; at equal age the order reverses: ${equal}.`;
    return standardised.most.segment === raw.most.segment &&
      standardised.fewest.segment === raw.fewest.segment
      ? `${held}; at equal age the same two stay first and last (${decimal(standardised.most.cards)} and ${decimal(standardised.fewest.cards)}).`
      : `${held}; at equal age ${equal}.`;
  },
  behind({ dimension, segment }, column) {
    const inside = is(dimension, segment);
    switch (column) {
      case "customers":
      case "cards_per_customer":
      case "valid_cards_per_customer":
        return customersWith(inside);
      case "share_with_credit_card":
        return customersWith(inside, raw("credit_cards > 0"));
      case "cards_per_customer_age_standardised":
        return customersWith(inside, known("age_band"));
      default:
        return undefined;
    }
  },
  invariants: (rows) => {
    const dimensions = [...new Set(rows.map((row) => row.dimension))];
    const totals = dimensions.map((dimension) =>
      rows.filter((row) => row.dimension === dimension).reduce((n, row) => n + row.customers, 0),
    );
    return {
      "a segment appears once": unique(rows, "dimension", "segment"),
      "every dimension is of all customers": new Set(totals).size <= 1,
      "a share lies in its interval": rows.every((row) =>
        ascending(0, row.share_low, row.share_with_credit_card, row.share_high, 1),
      ),
      "valid cards are part of the cards": rows.every((row) =>
        ascending(row.valid_cards_per_customer, row.cards_per_customer),
      ),
    };
  },
});
