import { audiences } from "../schema/bands.ts";
import { count, flag, label, ratio, share } from "../schema/columns.ts";
import { counted, decimal, percent } from "../schema/format.ts";
import type { Inputs } from "../schema/inputs.ts";
import { isComputable, offers } from "../schema/offers.ts";
import { katzHigh, katzLow } from "../sql/intervals.ts";
import { positions } from "../sql/lists.ts";
import { raw, type Statement, sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is } from "./conditions.ts";
import { ascending, unique } from "./rows.ts";

/** The audiences and offers that the files allow, in the order in which they are shown. */
const selectionsIn = (inputs: Inputs): readonly string[] => [
  ...(inputs.has("premium") ? ["premium"] : []),
  ...(inputs.has("assistance") ? ["assistance"] : []),
  ...offers.filter((offer) => isComputable(offer, inputs)).map(({ offer }) => offer),
];

const inAgeGroup = (group: string | null, split: number): Statement =>
  raw(group === null ? "age is null" : group.startsWith("under ") ? `age < ${split}` : `age >= ${split}`);

const isSelected = (selection: string): Statement =>
  (audiences as readonly string[]).includes(selection)
    ? raw(`is_${selection}`)
    : sql`user_id in (select user_id from offer_profile where offer = ${selection} and excluded_because is null)`;

export default defineAnalysis({
  id: "selection-fairness",
  topic: "marketing",
  title: "Selection rates",
  question: "Do the audiences and offers reach the groups of customers at like rates?",
  grain: "one row per audience or offer, dimension and group",
  unit: "customer",
  definition:
    "Rate: selected / customers of the group. Ratio: the rate / the highest rate among the groups of the dimension that are not small (adverse impact ratio); its 95 % interval by the log method (Katz et al. 1978), missing for the reference itself and where nobody is selected. Customers without the attribute have a row and no ratio. Retirement information follows age by its purpose. A screen, not a verdict: below 0.8 (the four-fifths rule) is a reason to look closer, not proof of discrimination, and above it is no proof of the absence of it. Gender and age play no part in audiences and credit offers; rates differ because score, income and debt do.",
  needs: ["selections", "fairness_groups"],
  measures: [
    "fairness",
    "small",
    "premium",
    "assistance",
    "credit_offer",
    "card_renewal",
    "credit_line_review",
    "balance_transfer",
    "retirement_information",
  ],

  sql: ({ inputs, values }) => sql`
    with selections (selection, selection_position) as (values ${positions(selectionsIn(inputs))}),
    people as (
      select user_id, gender, age < ${values.fairness.age_split} as is_under, is_premium, is_assistance
      from customer_profile
    ),
    -- customers who are alike in both dimensions, together
    groups as (
      select
        gender,
        is_under,
        count(*) as customers,
        count(*) filter (where is_premium) as premium,
        count(*) filter (where is_assistance) as assistance
      from people
      group by gender, is_under
    ),
    picked as (
      select 'premium' as selection, gender, is_under, premium as selected
      from groups
      union all
      select 'assistance', gender, is_under, assistance
      from groups
      union all
      select offer_profile.offer, people.gender, people.is_under, count(*)
      from offer_profile
      join people on people.user_id = offer_profile.user_id
      where offer_profile.excluded_because is null
      group by offer_profile.offer, people.gender, people.is_under
    ),
    -- everybody as a selection without a name, so that customers are put into groups as the selected are
    placed_people as (
      select cast(null as varchar) as selection, gender, is_under, customers
      from groups
      union all
      select selection, gender, is_under, selected
      from picked
    ),
    grouped as (
      select selection, 1 as dimension_position, 'gender' as dimension, gender as member, customers
      from placed_people
      where ${inputs.has("users.gender")}
      union all
      select
        selection,
        2,
        'age_group',
        case
          when is_under then ${`under ${values.fairness.age_split}`}
          when not is_under then ${`${values.fairness.age_split} and over`}
        end,
        customers
      from placed_people
      where ${inputs.has("users.age")}
    ),
    members as (
      select dimension_position, dimension, member, sum(customers) as customers
      from grouped
      where selection is null
      group by dimension_position, dimension, member
    ),
    counted as (
      select selection, dimension, member, sum(customers) as selected
      from grouped
      where selection is not null
      group by selection, dimension, member
    ),
    rated as (
      select
        selections.selection,
        selections.selection_position,
        members.dimension,
        members.dimension_position,
        members.member,
        members.customers,
        coalesce(counted.selected, 0) as selected,
        cast(coalesce(counted.selected, 0) as double) / nullif(members.customers, 0) as rate
      from selections
      cross join members
      left join counted
        on counted.selection = selections.selection
        and counted.dimension = members.dimension
        and counted.member is not distinct from members.member
    ),
    -- a small group is never the reference, unless all are small: its rate is mostly chance
    placed as (
      select
        rated.*,
        row_number() over (
          partition by selection, dimension
          order by
            case when customers < ${values.small.customers} then 1 else 0 end nulls last,
            rate desc nulls last,
            member nulls last
        ) as place
      from rated
      where member is not null
    ),
    compared as (
      select
        rated.*,
        reference.member as base_member,
        reference.selected as base_selected,
        reference.customers as base_customers,
        reference.rate as base_rate
      from rated
      left join placed as reference
        on reference.selection = rated.selection
        and reference.dimension = rated.dimension
        and reference.place = 1
        and rated.member is not null
    )
    select
      selection,
      dimension,
      member as group,
      selected,
      customers,
      rate,
      rate / nullif(base_rate, 0) as ratio,
      case when member <> base_member
        then ${katzLow("selected", "customers", "base_selected", "base_customers")}
      end as ratio_low,
      case when member <> base_member
        then ${katzHigh("selected", "customers", "base_selected", "base_customers")}
      end as ratio_high,
      customers < ${values.small.customers} as small
    from compared
    order by
      selection_position nulls last,
      dimension_position nulls last,
      case when member like 'under %' then 0 else 1 end nulls last,
      member nulls last
  `,

  columns: {
    selection: label("Selection", "An audience, or the candidates of an offer."),
    dimension: label("Dimension", "gender or age_group."),
    group: label("Group", "Group within the dimension.", { nullable: true }),
    selected: count("Selected", "Customers of the group who are selected."),
    customers: count("Customers", "Customers of the group."),
    rate: share("Rate", "Selected / customers.", { nullable: true }),
    ratio: ratio("Ratio", "Rate / highest rate of the dimension.", { nullable: true }),
    ratio_low: ratio("Low", "Lower bound of the 95 % interval of the ratio.", { nullable: true }),
    ratio_high: ratio("High", "Upper bound of the 95 % interval of the ratio.", { nullable: true }),
    small: flag("Small", "Fewer customers than may be ranked."),
  },
  chart: {
    mark: "interval",
    x: "group",
    y: "ratio",
    low: "ratio_low",
    high: "ratio_high",
    facet: "selection",
  },

  insight(rows) {
    // The reference has no interval; neither has a group of which nobody is selected, and that one is lowest of all.
    const compared = rows.filter((row) => (row.ratio_low !== null || row.ratio === 0) && !row.small);
    const below = compared.filter((row) => (row.ratio ?? 1) < 0.8);
    const [lowest] = compared.toSorted((a, b) => (a.ratio ?? 1) - (b.ratio ?? 1));
    if (lowest === undefined) return "No two groups are large enough to compare their selection rates.";
    const name = `${lowest.selection} for ${lowest.dimension.replaceAll("_", " ")} ${lowest.group}`;
    const interval =
      lowest.ratio_low === null
        ? ""
        : ` (95% interval ${decimal(lowest.ratio_low)} to ${decimal(lowest.ratio_high)})`;
    return `${below.length} of ${counted(compared.length, "comparison")} of selection rates ${below.length === 1 ? "falls" : "fall"} below 0.80; the lowest is ${name}: ${percent(lowest.rate)} of ${counted(lowest.customers, "customer")}, ratio ${decimal(lowest.ratio)}${interval}. A screen, not a verdict.`;
  },
  behind({ selection, dimension, group }, column, { values }) {
    const inside =
      dimension === "gender" ? is("gender", group) : inAgeGroup(group, values.fairness.age_split);
    switch (column) {
      case "customers":
        return customersWith(inside);
      case "selected":
      case "rate":
      case "ratio":
        return customersWith(inside, isSelected(selection));
      default:
        return undefined;
    }
  },
  invariants: (rows) => ({
    "a group appears once": unique(rows, "selection", "dimension", "group"),
    "a part is no larger than its whole": rows.every((row) => row.selected <= row.customers),
    "a ratio lies in its interval": rows.every((row) => ascending(row.ratio_low, row.ratio, row.ratio_high)),
    "no group that is not small exceeds the reference": rows.every(
      (row) => row.small || (row.ratio ?? 0) <= 1 + 1e-9,
    ),
    "every dimension selects the same customers": [...new Set(rows.map((row) => row.selection))].every(
      (selection) => {
        const selected = new Map<string, number>();
        for (const row of rows.filter((r) => r.selection === selection))
          selected.set(row.dimension, (selected.get(row.dimension) ?? 0) + row.selected);
        return new Set(selected.values()).size <= 1;
      },
    ),
  }),
});
