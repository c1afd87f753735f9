import type { Input } from "./inputs.ts";

/**
 * Points of the expert card, from 0 (riskiest) to 100. Judgement, in the open: the bounds are those of the bands that
 * the other analyses use, the points fall with what lenders commonly take for riskier, and the weights are
 * parameters of the measure `expert_card`. Nothing here was fitted to anybody's defaults.
 */

interface Step {
  /** Values below have the points; null is the rest. */
  readonly below: number | null;
  readonly points: number;
}

interface ExpertInput {
  /** As `customer_profile` has it. */
  readonly column: "utilisation" | "debt_to_income" | "credit_score" | "annual_income_usd";
  readonly weight: "weight_utilisation" | "weight_debt_to_income" | "weight_credit_score" | "weight_income";
  readonly needs: Input;
  /** As a sentence names it. */
  readonly label: string;
  readonly kind: "ratio" | "points" | "usd";
  /** By rising value. */
  readonly steps: readonly Step[];
}

const step = (below: number | null, points: number): Step => ({ below, points });

/** What a customer can change: what stands in "what would change the band". Each falls in risk with its value. */
export const actionable = ["utilisation", "debt_to_income"] as const;

export const expertCard = {
  utilisation: {
    column: "utilisation",
    needs: "utilisation",
    weight: "weight_utilisation",
    label: "utilisation",
    kind: "ratio",
    steps: [step(0.1, 100), step(0.3, 85), step(0.5, 65), step(0.75, 40), step(1, 15), step(null, 0)],
  },
  debt_to_income: {
    column: "debt_to_income",
    needs: "debt_to_income",
    weight: "weight_debt_to_income",
    label: "debt to income",
    kind: "ratio",
    steps: [step(0.36, 100), step(0.5, 80), step(1, 55), step(1.5, 30), step(2.5, 10), step(null, 0)],
  },
  credit_score: {
    column: "credit_score",
    needs: "users.credit_score",
    weight: "weight_credit_score",
    label: "credit score",
    kind: "points",
    steps: [
      step(520, 0),
      step(560, 10),
      step(600, 20),
      step(640, 35),
      step(680, 55),
      step(720, 75),
      step(760, 90),
      step(null, 100),
    ],
  },
  annual_income_usd: {
    column: "annual_income_usd",
    needs: "users.annual_income_usd",
    weight: "weight_income",
    label: "annual income",
    kind: "usd",
    steps: [
      step(15_000, 10),
      step(25_000, 25),
      step(50_000, 50),
      step(75_000, 70),
      step(100_000, 85),
      step(null, 100),
    ],
  },
} as const satisfies Record<ExpertInput["column"], ExpertInput>;

export const expertInputs: readonly ExpertInput[] = Object.values(expertCard);

/** What a table says that ranks by the card. */
export const EXPERT_MODEL = "expert card";
export const EXPERT_LABEL = "expert card, not validated on your data";
