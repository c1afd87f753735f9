import { count, label, share } from "../schema/columns.ts";
import { counted, percent, whole } from "../schema/format.ts";
import { sql } from "../sql/statement.ts";
import { defineAnalysis } from "./analysis.ts";
import { customersWith, is, known, unknown } from "./conditions.ts";
import { find, lacking, largest, rankable, sharesSumToOne, sum, unique } from "./rows.ts";

export default defineAnalysis({
  id: "employment-status",
  topic: "demographics",
  title: "Employment",
  question: "How many customers work, and how many are retired?",
  grain: "one row per employment status",
  unit: "customer",
  definition:
    "The stated status. Where none is stated, only retirement is derived (age >= retirement age) and counted as derived; nobody is taken as employed for want of a status, so the rest has no status.",
  needs: ["retired"],
  measures: ["small"],

  sql: () => sql`
    with counted as (
      select
        employment as value,
        count(*) as customers,
        count(employment) - count(employment_status) as derived
      from customer_profile
      group by employment
    )
    select
      value,
      customers,
      cast(customers as double) / nullif((select sum(customers) from counted), 0) as share,
      derived
    from counted
    order by case when value is null then 1 else 0 end nulls last, customers desc nulls last, value nulls last
  `,

  columns: {
    value: label("Employment", "Stated status, or retired by age.", { nullable: true }),
    customers: count("Customers", "Customers with the status."),
    share: share("Share", "Part of all customers.", { nullable: true }),
    derived: count("Derived", "Customers among them whose status follows from age and retirement age."),
  },
  chart: { mark: "bar", x: "value", y: "customers", share: "share" },

  insight(rows, { inputs, values }) {
    const all = sum(rows, "customers");
    const retired = find(rows, "value", "retired");
    if (!inputs.has("users.employment_status")) {
      const unknown = find(rows, "value", null)?.customers ?? 0;
      return `${whole(retired?.customers ?? 0)} of ${counted(all, "customer")} have reached their retirement age (derived from age); no employment status is stated, so that it is not computable for the other ${whole(unknown)}.`;
    }
    const most = largest(rankable(rows, "value", values.small), "customers");
    const first =
      most === undefined
        ? `No status has ${counted(values.small.customers, "customer")} or more; there are ${whole(all)} in all.`
        : `Most frequent is ${most.value}: ${whole(most.customers)} of ${counted(all, "customer")} (${percent(most.share)}).`;
    const derived = sum(rows, "derived");
    const second = derived === 0 ? first : `${first} For ${whole(derived)}, retirement is derived from age.`;
    return `${second}${lacking(rows, "value", "status")}`;
  },
  behind({ value }, column) {
    if (column === "value") return undefined;
    const having = is("employment", value);
    return column === "derived"
      ? customersWith(having, known("employment"), unknown("employment_status"))
      : customersWith(having);
  },
  invariants: (rows) => ({
    "shares sum to 1": sharesSumToOne(rows),
    "a value appears once": unique(rows, "value"),
    "a part is no larger than its whole": rows.every((row) => row.derived <= row.customers),
    "only retirement is derived": rows.every((row) => row.value === "retired" || row.derived === 0),
  }),
});
