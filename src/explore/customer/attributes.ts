import type { ResultRow, Scalar } from "../../engines/engine.ts";
import type { Kind } from "../../schema/columns.ts";
import type { Inputs, SourceColumn } from "../../schema/inputs.ts";
import type { Field } from "../../schema/tables.ts";
import { users } from "../../schema/users.ts";

export interface Attribute {
  readonly name: string;
  readonly label: string;
  readonly doc: string;
  readonly kind: Kind;
  readonly value: Scalar;
  /** Why there is no value: no row of the files has one, or this customer's is missing. */
  readonly missing: "in the files" | "of this customer" | null;
  /** Whether it decides risk and offers, describes and may never do so, or is recorded and decides nothing. */
  readonly role: "decides" | "describes" | "recorded";
}

/** A band or state that follows from attributes. */
export interface Trait {
  readonly name: string;
  readonly label: string;
  readonly value: string | null;
}

const decides: ReadonlySet<string> = new Set(["annual_income_usd", "total_debt_usd", "credit_score"]);
/** What may never be a reason for risk or a credit offer, area income as a proxy of place among it. */
const describes: ReadonlySet<string> = new Set([
  "age",
  "birth_year",
  "birth_month",
  "retirement_age",
  "gender",
  "employment_status",
  "area_income_usd",
  "latitude",
  "longitude",
  "state",
  "city",
  "nearest_place",
]);

/** Every column of the customers table but the key; a label that the dashboard does not fill is left out. */
export const attributesOf = (stated: ResultRow, inputs: Inputs): readonly Attribute[] =>
  Object.entries<Field>(users.fields)
    .filter(([name, { derived }]) => name !== users.key && (derived !== true || stated[name] != null))
    .map(([name, { label, doc, kind }]) => {
      const value = stated[name] ?? null;
      const isInFiles = inputs.has(`users.${name}` as SourceColumn);
      return {
        name,
        label,
        doc,
        kind,
        value,
        missing: value !== null ? null : isInFiles ? "of this customer" : "in the files",
        role: decides.has(name) ? "decides" : describes.has(name) ? "describes" : "recorded",
      };
    });

const traits = {
  score_band: "Score band",
  debt_tier: "Debt tier",
  utilisation_band: "Utilisation",
  income_band: "Income band",
  age_band: "Age band",
  employment: "Employment or retirement",
  retirement_band: "Years to retirement",
} as const;

export const traitsOf = (profile: ResultRow): readonly Trait[] =>
  Object.entries(traits).map(([name, label]) => {
    const value = profile[name];
    return { name, label, value: typeof value === "string" ? value : null };
  });
