import { ageBands, incomeBands, scoreBands, underage } from "../schema/bands.ts";
import { count, flag, label, number, share } from "../schema/columns.ts";
import { counted, decimal, percent, whole } from "../schema/format.ts";
import { wilsonHigh, wilsonLow } from "../sql/intervals.ts";
import { each, positions, tuples, unionAll } from "../sql/lists.ts";
import { raw, render, sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is, known } from "./conditions.ts";
import { ascending, unique } from "./rows.ts";
import { dimensionsIn, type Rate, rateNamed, ratesIn } from "./segment-rates.ts";

const closed: Readonly<Record<string, readonly string[]>> = {
  age_band: ageBands,
  income_band: incomeBands,
  score_band: scoreBands,
};

/** A customer's value: 1 or 0 where it is a share, missing for those who are not counted. */
const observedBy = ({ isShare, expression, counted: who }: Rate) => ({
  render: (dialect: Parameters<typeof render>[1]) =>
    isShare
      ? `case when ${render(who, dialect)} then case when ${expression} then 1 else 0 end end`
      : expression,
});

export default defineAnalysis({
  id: "rates-by-segment",
  topic: "ownership",
  title: "Groups compared",
  question: "By which rates do groups of customers differ, and do they at equal age?",
  grain: "one row per dimension, segment and rate",
  unit: "customer",
  definition:
    "Means and shares per segment: cards on file and valid cards per customer, customers with a credit card on file, mean debt to income, high debt (of the customers with a debt to income), mean utilisation, high risk (of the customers with a credit score), the premium and the assistance audience. Known: the customers of the segment whom the rate is of. Shares have their 95 % score interval (Wilson 1927). At equal age: the segment's rate per age band, weighted by the age bands of all customers (direct standardisation); missing where the segment has nobody known in age bands that hold more than 5 % of all, and by age band itself. Where raw and age-standardised differ, part of the difference is a mix of ages. Segments in which fewer customers are known than the small parameter are marked and never ranked. Each customer is in one segment of each dimension. Gender describes; it never decides.",
  needs: ["comparisons"],
  internal: true,
  measures: ["small", "high_debt", "high_risk", "premium", "assistance"],

  sql: ({ inputs, values }) => {
    const rates = ratesIn(inputs);
    const dimensions = dimensionsIn(inputs);
    return sql`
    with dimensions (dimension, dimension_position) as (values ${positions(dimensions)}),
    rates (rate, rate_position, is_share) as (
      values ${tuples(rates.map(({ name, isShare }, i) => [name, i + 1, isShare]))}
    ),
    -- closed segments are there even when empty; employment and gender have those that occur
    closed (dimension, segment, segment_position) as (
      values ${tuples([
        ...Object.entries(closed).flatMap(([dimension, names]) =>
          names.map((name, i) => [dimension, name, i + 1]),
        ),
        ["age_band", underage, 0],
      ])}
    ),
    -- customers who are alike in every dimension, together
    profiles as (
      select
        age_band,
        income_band,
        employment,
        score_band,
        gender,
        count(*) as customers,
        ${{
          render: (dialect) =>
            rates
              .map((rate) => observedBy(rate).render(dialect))
              .map((value, i) => `sum(${value}) as total_${i}, count(${value}) as known_${i}`)
              .join(",\n        "),
        }}
      from customer_profile
      group by age_band, income_band, employment, score_band, gender
    ),
    assigned as (
      ${unionAll(dimensions, (name) => `select '${name}' as dimension, ${name} as segment, profiles.* from profiles`)}
    ),
    cells as (
      select
        dimension,
        segment,
        age_band,
        sum(customers) as customers,
        ${each(
          rates.map((_, i) => i),
          (i) => `sum(total_${i}) as total_${i}, sum(known_${i}) as known_${i}`,
          ",\n        ",
        )}
      from assigned
      group by dimension, segment, age_band
    ),
    rated as (
      ${unionAll(
        rates.map(({ name }, i) => ({ name, i })),
        ({ name, i }) =>
          `select dimension, segment, age_band, customers, '${name}' as rate, total_${i} as total, known_${i} as known from cells`,
      )}
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
        rated.dimension,
        rated.segment,
        rated.rate,
        sum(rated.customers) as customers,
        sum(rated.known) as known,
        sum(rated.total) as total,
        sum(mix.weight) filter (where rated.known > 0) as covered,
        sum(mix.weight * rated.total / nullif(rated.known, 0)) as weighted
      from rated
      left join mix on mix.age_band = rated.age_band
      group by rated.dimension, rated.segment, rated.rate
    ),
    segments as (
      select dimension, segment
      from totals
      group by dimension, segment
      union
      select closed.dimension, closed.segment
      from closed
      join dimensions on dimensions.dimension = closed.dimension
      -- under 18 is no band: it is there where there are such customers
      where closed.segment_position > 0
    ),
    listed as (
      select
        segments.dimension,
        segments.segment,
        dimensions.dimension_position,
        closed.segment_position,
        rates.rate,
        rates.rate_position,
        rates.is_share,
        coalesce(totals.customers, 0) as customers,
        coalesce(totals.known, 0) as known,
        coalesce(totals.total, 0) as total,
        totals.covered,
        totals.weighted
      from segments
      join dimensions on dimensions.dimension = segments.dimension
      cross join rates
      left join closed on closed.dimension = segments.dimension and closed.segment = segments.segment
      left join totals
        on totals.dimension = segments.dimension
        and totals.segment is not distinct from segments.segment
        and totals.rate = rates.rate
    )
    select
      dimension,
      segment,
      rate,
      customers,
      cast(customers as double) / nullif(sum(customers) over (partition by dimension, rate), 0) as share_of_customers,
      known,
      cast(total as double) / nullif(known, 0) as raw,
      case when is_share then ${wilsonLow("total", "known")} end as raw_low,
      case when is_share then ${wilsonHigh("total", "known")} end as raw_high,
      case when covered >= 0.95 - 1e-9 and dimension <> 'age_band'
        then weighted / nullif(covered, 0)
      end as age_standardised,
      known < ${values.small.customers} as small
    from listed
    order by
      dimension_position nulls last,
      rate_position nulls last,
      segment_position nulls last,
      segment nulls last
  `;
  },

  columns: {
    dimension: label("Dimension", "age_band, income_band, employment, score_band or gender."),
    segment: label("Segment", "Group within the dimension.", { nullable: true }),
    rate: label("Rate", "What the group is compared by; share_ is a part of its customers."),
    customers: count("Customers", "Customers in the segment."),
    share_of_customers: share("Share of customers", "Part of all customers: the mix.", { nullable: true }),
    known: count("Known", "Customers in the segment whom the rate is of."),
    raw: number("Rate as it is", "Mean or share of the customers who are known.", { nullable: true }),
    raw_low: number("Low", "Lower bound of the 95 % interval of a share.", { nullable: true }),
    raw_high: number("High", "Upper bound of the 95 % interval of a share.", { nullable: true }),
    age_standardised: number("Rate at equal age", "At the age mix of all customers.", {
      needs: ["users.age"],
    }),
    small: flag("Small", "Fewer customers than may be ranked."),
  },
  chart: { mark: "table" },

  insight(rows, { inputs, values }) {
    if (!inputs.has("users.age")) return "The files lack ages, so that no groups are compared at equal age.";
    const comparable = rows.flatMap(
      ({ dimension, segment, rate, raw: is, age_standardised: equal, small }) =>
        small || segment === null || is === null || equal === null
          ? []
          : [{ dimension, segment, rate, is: asShown(rate, is), equal: asShown(rate, equal) }],
    );
    const pairs = comparable.flatMap((a, i) =>
      comparable
        .slice(i + 1)
        .filter((b) => b.dimension === a.dimension && b.rate === a.rate)
        .map((b) => ({ a, b, size: reversal(a, b) })),
    );
    if (pairs.length === 0)
      return `No two segments have ${counted(values.small.customers, "customer")} or more of comparable ages, so that none are compared.`;
    const reversed = pairs.filter(({ size }) => size > 0).toSorted((x, y) => y.size - x.size);
    const [most] = reversed;
    if (most === undefined)
      return `At equal age, none of ${counted(pairs.length, "pair")} of segments changes its order.`;
    const { a, b } = most;
    const shown = rateNamed(a.rate)?.isShare === true ? percent : decimal;
    const name = (text: string) => text.replaceAll("_", " ");
    return `At equal age, ${whole(reversed.length)} of ${counted(pairs.length, "pair")} of segments ${reversed.length === 1 ? "changes its" : "change their"} order, most of all ${name(a.rate)} by ${name(a.dimension)}: ${shown(a.is)} in ${a.segment} and ${shown(b.is)} in ${b.segment}, but ${shown(a.equal)} and ${shown(b.equal)} at equal age.`;
  },
  behind({ dimension, segment, rate: name }, column) {
    const rate = rateNamed(name);
    if (rate === undefined) return undefined;
    const inside = is(dimension, segment);
    const part = rate.isShare ? [raw(rate.expression)] : [];
    switch (column) {
      case "customers":
      case "share_of_customers":
        return customersWith(inside);
      case "known":
        return customersWith(inside, rate.counted);
      case "raw":
        return customersWith(inside, rate.counted, ...part);
      case "age_standardised":
        return customersWith(inside, rate.counted, ...part, known("age_band"));
      default:
        return undefined;
    }
  },
  invariants: (rows) => {
    const totals = new Map<string, number>();
    for (const { dimension, rate, customers } of rows)
      totals.set(`${dimension} ${rate}`, (totals.get(`${dimension} ${rate}`) ?? 0) + customers);
    const isShare = (name: string) => rateNamed(name)?.isShare === true;
    return {
      "a segment has a rate once": unique(rows, "dimension", "segment", "rate"),
      "every dimension is of all customers": new Set(totals.values()).size <= 1,
      "a part is no larger than its whole": rows.every((row) => row.known <= row.customers),
      "a share lies in its interval": rows.every(
        (row) => !isShare(row.rate) || ascending(0, row.raw_low, row.raw, row.raw_high, 1),
      ),
      "a share at equal age is a share": rows.every(
        (row) => !isShare(row.rate) || ascending(0, row.age_standardised, 1),
      ),
      "ages are not compared at equal age": rows.every(
        (row) => row.dimension !== "age_band" || row.age_standardised === null,
      ),
    };
  },
});

/** To the digits of the sentence: a difference beyond them is none to speak of. */
const asShown = (rate: string, value: number): number => {
  const unit = rateNamed(rate)?.isShare === true ? 1_000 : 100;
  return Math.round(value * unit) / unit;
};

interface Compared {
  readonly is: number;
  readonly equal: number;
}

/** How much two segments change places, as a part of the larger of them; 0 where they do not. */
function reversal(a: Compared, b: Compared): number {
  const [before, after] = [relative(a.is, b.is), relative(a.equal, b.equal)];
  return before * after < 0 ? Math.min(Math.abs(before), Math.abs(after)) : 0;
}

const relative = (a: number, b: number): number => (a - b) / (Math.max(Math.abs(a), Math.abs(b)) || 1);
