import type { View } from "../../models/build.ts";
import type { Input } from "../../schema/inputs.ts";
import { type MeasureName, measures, parameters } from "../../schema/measures.ts";
import type { OpenedPortfolio } from "../explorer.ts";

export type Unit = "points" | "of a year's income" | "USD" | "months" | "years" | "of the limit";

/** A threshold that a reader can move, and the part of its range in which moving it is of use. */
export interface Lever {
  /** As `--set` takes it. */
  readonly name: string;
  readonly label: string;
  readonly measure: string;
  readonly doc: string;
  readonly unit: Unit;
  readonly default: number;
  /** As the portfolio was opened. */
  readonly opened: number;
  readonly now: number;
  /** What may be set. */
  readonly low: number;
  readonly high: number;
  /** What a slider covers. */
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Source columns without which it decides nothing. */
  readonly lacking: readonly string[];
}

export interface LeverGroup {
  readonly title: string;
  readonly levers: readonly Lever[];
}

type Reach = readonly [min: number, max: number, step: number];
type Row = readonly [name: string, label: string, unit: Unit, reach: Reach, need: Input];

const points: Reach = [300, 850, 5];
const groups: readonly (readonly [title: string, levers: readonly Row[]])[] = [
  ["Debt", [["high_debt.ratio", "High debt above", "of a year's income", [0, 3, 0.05], "debt_to_income"]]],
  [
    "High risk",
    [
      ["high_risk.score_below", "Score below", "points", points, "users.credit_score"],
      ["high_risk.score_below_with_debt", "With debt: score below", "points", points, "high_risk"],
      ["high_risk.debt_ratio", "With debt: debt above", "of a year's income", [0, 5, 0.05], "high_risk"],
    ],
  ],
  [
    "Premium audience",
    [
      ["premium.score_min", "Score above", "points", points, "premium"],
      ["premium.income_min_usd", "Annual income above", "USD", [0, 200_000, 1_000], "premium"],
    ],
  ],
  [
    "Assistance audience",
    [
      ["assistance.score_max", "Score below", "points", points, "assistance"],
      ["assistance.debt_share", "Debt above", "of a year's income", [0, 3, 0.05], "assistance"],
    ],
  ],
  ["Card expiry", [["expiry.months", "Expiring within", "months", [1, 60, 1], "validity"]]],
  [
    "Gates of the credit offers",
    [
      ["credit_offer.income_min_usd", "Least annual income", "USD", [0, 100_000, 500], "assistance"],
      ["credit_offer.score_min", "Least score", "points", points, "assistance"],
      ["credit_offer.debt_ratio_max", "Debt at most", "of a year's income", [0, 5, 0.05], "assistance"],
    ],
  ],
  [
    "Offers",
    [
      ["card_renewal.months", "Renewal: expires within", "months", [1, 24, 1], "validity"],
      [
        "credit_line_review.limit_share",
        "Line review: limit below",
        "of a year's income",
        [0, 1, 0.01],
        "assistance",
      ],
      ["credit_line_review.score_min", "Line review: least score", "points", points, "assistance"],
      [
        "credit_line_review.utilisation_min",
        "Line review: utilisation from",
        "of the limit",
        [0, 1, 0.05],
        "utilisation",
      ],
      [
        "credit_line_review.utilisation_max",
        "Line review: utilisation to",
        "of the limit",
        [0, 1.5, 0.05],
        "utilisation",
      ],
      [
        "credit_line_review.opened_months",
        "Line review: opened more than",
        "months",
        [0, 120, 1],
        "cards.opened_on",
      ],
      ["balance_transfer.headroom_min_usd", "Transfer: unused limit", "USD", [0, 20_000, 100], "utilisation"],
      [
        "balance_transfer.utilisation_max",
        "Transfer: utilisation below",
        "of the limit",
        [0, 1, 0.05],
        "utilisation",
      ],
      ["retirement_information.years", "Retirement within", "years", [1, 40, 1], "years_to_retirement"],
    ],
  ],
];

/** What can be moved, with where it stood and where it stands. */
export function leversOf(opened: OpenedPortfolio, view: View): readonly LeverGroup[] {
  return groups.map(([title, rows]) => ({
    title,
    levers: rows.map(([name, label, unit, [min, max, step], need]): Lever => {
      const declared = parameters[name];
      const initial = declared?.default ?? undefined;
      if (declared === undefined || initial === undefined)
        throw new TypeError(`no parameter with a default: ${name}`);
      const stands = { opened: settingOf(opened.values, name), now: settingOf(view.values, name) };
      return {
        name,
        label,
        measure: measures[name.split(".")[0] as MeasureName].label,
        doc: declared.doc,
        unit,
        default: initial,
        ...stands,
        low: declared.range[0],
        high: declared.range[1],
        // where a value was set by number beyond the slider's part, the slider reaches it
        min: Math.min(min, stands.opened, stands.now),
        max: Math.max(max, stands.opened, stands.now),
        step,
        lacking: opened.inputs.missing(need),
      };
    }),
  }));
}

function settingOf(values: View["values"], name: string): number {
  const [measure = "", parameter = ""] = name.split(".");
  const value = (values as Readonly<Record<string, Readonly<Record<string, number | null>>>>)[measure]?.[
    parameter
  ];
  if (value === undefined || value === null) throw new TypeError(`unknown parameter: ${name}`);
  return value;
}
