import { customerMeasures } from "../../analyses/customer-measures.ts";
import type { Engine } from "../../engines/engine.ts";
import type { View } from "../../models/build.ts";
import type { Kind } from "../../schema/columns.ts";
import type { Inputs } from "../../schema/inputs.ts";
import { measures } from "../../schema/measures.ts";
import { users } from "../../schema/users.ts";
import { literal, raw } from "../../sql/statement.ts";

/** A customer's figure among those of the customers whom the look selects. */
export interface Standing {
  readonly name: string;
  readonly label: string;
  readonly doc: string;
  readonly kind: Kind;
  readonly value: number | null;
  readonly median: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /**
   * Share of the compared customers with a smaller figure, and half of those with the same (the mid-rank), 0 to 1.
   * The customer counts among them when they are selected.
   */
  readonly percentile: number | null;
  /** Customers who have the figure: those compared with. */
  readonly customers: number;
  /** Why the customer has none, where they have none. */
  readonly absent: string;
  /** Source columns whose absence leaves everyone without the figure. */
  readonly lacking: readonly string[];
}

interface Shown {
  readonly label: string;
  readonly doc: string;
  readonly kind: Kind;
  readonly absent?: string;
}

const shown: Readonly<Record<string, Shown>> = {
  credit_score: users.fields.credit_score,
  annual_income_usd: users.fields.annual_income_usd,
  total_debt_usd: users.fields.total_debt_usd,
  debt_to_income: { ...worded("debt_to_income"), kind: "ratio", absent: "debt or income missing" },
  utilisation: {
    ...worded("utilisation"),
    kind: "ratio",
    absent: "no valid credit card, or a balance or limit is missing",
  },
  cards: { label: "Cards", doc: "Cards of every type on file.", kind: "count" },
  credit_limit_usd: {
    label: "Credit limit",
    doc: "Sum over credit cards on file; customers without one have none.",
    kind: "usd",
    absent: "no credit card, or a limit is missing",
  },
};

function worded(name: "debt_to_income" | "utilisation"): { label: string; doc: string } {
  const { label, definition } = measures[name];
  return { label, doc: definition };
}

const compared = customerMeasures.filter(({ name }) => Object.hasOwn(shown, name));
const order = Object.keys(shown);

/** Where a customer stands, and among how many. */
export async function standingOf(
  engine: Engine,
  { inputs, narrow }: View,
  id: string | number,
): Promise<{ readonly standing: readonly Standing[]; readonly isSelected: boolean }> {
  const own = await engine.query(
    raw(`select ${compared.map(({ name, expression }) => `${expression} as ${name}`).join(", ")}
      from customer_profile where user_id = ${literal(id)}`),
  );
  const values = own.rows[0] ?? {};
  const figures = compared.flatMap(({ name, expression }) => {
    const value = values[name];
    // text, since a decimal literal is no double
    const mine = typeof value === "number" ? `cast('${value}' as double)` : "null";
    return [
      `count(${expression}) as ${name}_n`,
      `count(*) filter (where ${expression} < ${mine}) as ${name}_below`,
      `count(*) filter (where ${expression} = ${mine}) as ${name}_same`,
      `${engine.dialect.quantile(expression, 0.5)} as ${name}_median`,
      `min(${expression}) as ${name}_min`,
      `max(${expression}) as ${name}_max`,
    ];
  });
  const text = `select count(*) filter (where user_id = ${literal(id)}) as selected, ${figures.join(", ")} from customer_profile`;
  const all = (await engine.query(raw(narrow?.(text) ?? text))).rows[0] ?? {};
  const read = (name: string): number | null => {
    const value = all[name];
    return typeof value === "number" ? value : null;
  };
  const standing = compared.map(({ name, needs }): Standing => {
    const lacking = missingOf(needs, inputs);
    const value = values[name];
    const customers = lacking.length > 0 ? 0 : (read(`${name}_n`) ?? 0);
    const isKnown = typeof value === "number" && lacking.length === 0;
    const rank = (read(`${name}_below`) ?? 0) + (read(`${name}_same`) ?? 0) / 2;
    const {
      label,
      doc,
      kind,
      absent = "missing",
    }: Shown = shown[name] ?? {
      label: name,
      doc: "",
      kind: "number",
    };
    return {
      name,
      label,
      doc,
      kind,
      value: isKnown ? value : null,
      median: customers > 0 ? read(`${name}_median`) : null,
      min: customers > 0 ? read(`${name}_min`) : null,
      max: customers > 0 ? read(`${name}_max`) : null,
      percentile: isKnown && customers > 0 ? rank / customers : null,
      customers,
      absent,
      lacking,
    };
  });
  return {
    standing: standing.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name)),
    isSelected: (read("selected") ?? 0) > 0,
  };
}

const missingOf = (needs: (typeof customerMeasures)[number]["needs"], inputs: Inputs): readonly string[] => [
  ...new Set(needs.flatMap((input) => inputs.missing(input))),
];
