import type { Kind } from "../schema/columns.ts";
import type { Input } from "../schema/inputs.ts";

/** What a dimension is an attribute of. */
export type Owner = "customer" | "card";

interface Common {
  readonly label: string;
  readonly owner: Owner;
  /** Without it the dimension cannot be shown. */
  readonly needs: Input;
}

/** Numbers or months, brushed as low <= value < high. */
export interface RangeDimension extends Common {
  readonly shape: "range";
  readonly kind: Extract<Kind, "number" | "usd" | "ratio" | "month">;
  /** Column of customer_profile or card_profile. */
  readonly column: string;
  /** What a brush snaps to: in units of the column, months for a month. */
  readonly step: number;
  /** Steps that are drawn as one bar. */
  readonly barSteps: number;
}

/** Names, chosen one by one. */
export interface CategoryDimension extends Common {
  readonly shape: "category";
  readonly kind: "label";
  /** Columns whose values together are the name. */
  readonly columns: readonly string[];
}

export type Dimension = RangeDimension | CategoryDimension;

const range = (
  label: string,
  owner: Owner,
  needs: Input,
  kind: RangeDimension["kind"],
  column: string,
  step: number,
  barSteps: number,
): RangeDimension => ({ shape: "range", label, owner, needs, kind, column, step, barSteps });
const category = (
  label: string,
  owner: Owner,
  needs: Input,
  ...columns: readonly string[]
): CategoryDimension => ({ shape: "category", kind: "label", label, owner, needs, columns });

/** What the dashboard can be narrowed by, in the order in which it is shown. */
export const dimensions = {
  score: range("Credit score", "customer", "users.credit_score", "number", "credit_score", 1, 10),
  age: range("Age", "customer", "users.age", "number", "age", 1, 2),
  income: range("Annual income", "customer", "users.annual_income_usd", "usd", "annual_income_usd", 500, 10),
  debt_to_income: range("Debt to income", "customer", "debt_to_income", "ratio", "debt_to_income", 0.01, 5),
  utilisation: range("Utilisation", "customer", "utilisation", "ratio", "utilisation", 0.01, 5),
  employment: category("Employment", "customer", "retired", "employment"),
  expiry: range("Card expiry", "card", "cards.expires_on", "month", "expires_on", 1, 3),
  product: category("Brand and type", "card", "brand_or_type", "brand", "type"),
  state: category("State", "customer", "users.state", "state"),
} as const satisfies Record<string, Dimension>;

export type DimensionId = keyof typeof dimensions;
export const dimensionIds = Object.keys(dimensions) as readonly DimensionId[];

/**
 * The name of a category whose parts may be missing: "Visa~credit", "~credit" where the brand is missing, null
 * where all are. Values of files are never empty; a "~" in one is escaped.
 */
export function categoryKey(parts: readonly (string | null)[]): string | null {
  if (parts.every((part) => part === null)) return null;
  return parts.length === 1 ? (parts[0] ?? null) : parts.map((part) => escapePart(part ?? "")).join("~");
}

export const categoryParts = (key: string | null, count: number): readonly (string | null)[] => {
  if (key === null) return Array.from({ length: count }, () => null);
  if (count === 1) return [key];
  const parts = key.split("~").map((part) => part.replaceAll("%7E", "~").replaceAll("%25", "%"));
  return Array.from({ length: count }, (_, i) => parts[i] || null);
};

const escapePart = (text: string): string => text.replaceAll("%", "%25").replaceAll("~", "%7E");
