/** A threshold: its default, and the range in which `--set` may move it. */
export interface Parameter {
  /** Null where there is none: whoever asks has to say. */
  readonly default: number | null;
  readonly range: readonly [number, number];
  readonly doc: string;
}

const parameter = (
  initial: number,
  range: readonly [number, number],
  doc: string,
): Parameter & { readonly default: number } => ({ default: initial, range, doc });

/** What only the user can know, such as the loss given default of their own book. */
const assumption = (
  range: readonly [number, number],
  doc: string,
): Parameter & { readonly default: null } => ({ default: null, range, doc });

const weight = (initial: number, of: string) =>
  parameter(initial, [0, 1000], `weight of ${of}; only its part of the weights in use counts`);
const bandProbability = (band: string) =>
  assumption([0, 1], `probability of default within a year in the ${band} band, where no model gives one`);

/**
 * Thresholds belong to measures, not to analyses: every analysis, page and export reads the same one.
 * `definition` is what a reader sees when a figure is opened.
 */
export const measures = {
  debt_to_income: {
    label: "Debt to income",
    definition:
      "total debt / annual income, per customer; missing when income is missing or not above 0. A stock over a year's flow, not the monthly ratio that lenders call DTI.",
    parameters: {},
  },
  utilisation: {
    label: "Utilisation",
    definition:
      "sum of balances / sum of limits over the customer's valid credit cards; missing when one of those balances or limits is missing; negative balances count 0.",
    parameters: {},
  },
  high_debt: {
    label: "High debt",
    definition: "debt to income above the ratio.",
    parameters: { ratio: parameter(0.5, [0, 100], "debt to income above which debt is high") },
  },
  high_risk: {
    label: "High risk",
    definition: "credit score below the cut, or below the second cut with debt to income above the ratio.",
    parameters: {
      score_below: parameter(580, [0, 1000], "credit score below which a customer is high risk"),
      score_below_with_debt: parameter(670, [0, 1000], "credit score below which high debt makes high risk"),
      debt_ratio: parameter(1, [0, 100], "debt to income above which the second cut applies"),
    },
  },
  premium: {
    label: "Premium audience",
    definition: "credit score above score_min and annual income above income_min_usd.",
    parameters: {
      score_min: parameter(700, [0, 1000], "credit score that must be exceeded"),
      income_min_usd: parameter(50_000, [0, 1e9], "annual income in USD that must be exceeded"),
    },
  },
  assistance: {
    label: "Assistance audience",
    definition: "credit score below score_max and total debt above debt_share x annual income.",
    parameters: {
      score_max: parameter(600, [0, 1000], "credit score that must be undercut"),
      debt_share: parameter(0.6, [0, 100], "share of annual income that total debt must exceed"),
    },
  },
  expiry: {
    label: "Card expiry",
    definition:
      "a card is valid to the last day of its expiry month. expired: that day is before the as-of date; expiring: before the as-of date plus the months; later: the rest.",
    parameters: { months: parameter(12, [1, 120], "months ahead that count as expiring") },
  },
  small: {
    label: "Small group",
    definition: "a group with fewer customers than this is shown and marked, never ranked in a sentence.",
    parameters: { customers: parameter(30, [0, 1e6], "customers below which a group is small") },
  },
  security: {
    label: "Card security",
    definition:
      "a PIN is old when it was last changed more than the years before the year of the as-of date.",
    parameters: { pin_years: parameter(7, [0, 100], "years after which a PIN counts as old") },
  },
  credit_offer: {
    label: "Gates for credit offers",
    definition:
      "not in the assistance audience, annual income and credit score at least the minimum, debt to income at most the maximum; the first that fails is the reason. Never age, gender, place or retirement.",
    parameters: {
      income_min_usd: parameter(5_000, [0, 1e9], "least annual income in USD"),
      score_min: parameter(670, [0, 1000], "least credit score"),
      debt_ratio_max: parameter(1.5, [0, 100], "highest debt to income"),
    },
  },
  card_renewal: {
    label: "Card renewal",
    definition: "a valid card expires in the as-of month or the months after it.",
    parameters: { months: parameter(3, [1, 24], "months that count, the as-of month included") },
  },
  credit_line_review: {
    label: "Credit line review",
    definition:
      "0 < valid limit < limit_share x annual income, credit score at least score_min, utilisation between the bounds where balances exist, first of the valid credit cards opened more than the months ago, not a candidate of premium-upgrade.",
    parameters: {
      limit_share: parameter(0.3, [0, 100], "share of annual income that the valid limit must undercut"),
      score_min: parameter(700, [0, 1000], "least credit score"),
      utilisation_min: parameter(0.3, [0, 10], "least utilisation"),
      utilisation_max: parameter(0.8, [0, 10], "highest utilisation"),
      opened_months: parameter(12, [0, 600], "months since opening that must be exceeded"),
    },
  },
  balance_transfer: {
    label: "Balance transfer",
    definition:
      "debt beyond the card balances, headroom on valid credit cards, and utilisation below the cut.",
    parameters: {
      headroom_min_usd: parameter(1_000, [0, 1e9], "least unused limit in USD"),
      utilisation_max: parameter(0.5, [0, 10], "utilisation that must be undercut"),
    },
  },
  retirement_information: {
    label: "Retirement information",
    definition:
      "not retired, and at the retirement age within the years, or past it and at work by the stated status.",
    parameters: { years: parameter(10, [1, 60], "years to retirement that count") },
  },
  expert_card: {
    label: "Expert card",
    definition:
      "points from 0 (riskiest) to 100 by utilisation, debt to income, credit score and annual income, weighted; an input that is missing is left out and named, and the others share its weight. Judgement, not validated on your data: an order and no probability, and its reasons are no adverse-action reasons.",
    parameters: {
      weight_utilisation: weight(30, "utilisation"),
      weight_debt_to_income: weight(20, "debt to income"),
      weight_credit_score: weight(40, "the credit score"),
      weight_income: weight(10, "annual income"),
      low_from: parameter(75, [0, 100], "points from which the risk is low"),
      moderate_from: parameter(55, [0, 100], "points from which the risk is moderate"),
      high_from: parameter(35, [0, 100], "points from which the risk is high; very high below"),
    },
  },
  risk_band: {
    label: "Risk band",
    definition:
      "by the probability of default where a model gives one; by place among all customers where a model ranks without a probability; else by the points of the expert card.",
    parameters: {
      pd_moderate: parameter(0.05, [0, 1], "probability of default from which the risk is moderate"),
      pd_high: parameter(0.1, [0, 1], "probability of default from which it is high"),
      pd_very_high: parameter(0.25, [0, 1], "probability of default from which it is very high"),
      rank_moderate: parameter(0.5, [0, 1], "riskiest part of all customers that is moderate or worse"),
      rank_high: parameter(0.25, [0, 1], "riskiest part of all customers that is high or worse"),
      rank_very_high: parameter(0.1, [0, 1], "riskiest part of all customers that is very high"),
    },
  },
  watchlist: {
    label: "Watchlist",
    definition: "the riskiest part of the customers who could be ranked.",
    parameters: { share: parameter(0.1, [0, 1], "part of the ranked customers that is listed") },
  },
  expected_loss: {
    label: "Expected loss",
    definition:
      "probability of default x loss given default x (balance + conversion factor x undrawn limit). A scenario over twelve months with assumptions of your own, never a provision.",
    parameters: {
      lgd: assumption([0, 1], "loss given default: the part of the exposure that is not recovered"),
      ccf: assumption(
        [0, 1],
        "credit conversion factor: the part of the undrawn limit that is drawn by default",
      ),
      pd_low: bandProbability("low"),
      pd_moderate: bandProbability("moderate"),
      pd_high: bandProbability("high"),
      pd_very_high: bandProbability("very high"),
    },
  },
  fairness: {
    label: "Selection fairness",
    definition:
      "selection rates by gender and by age group; the ratio is to the group with the highest rate.",
    parameters: { age_split: parameter(62, [0, 120], "age from which a customer is in the older group") },
  },
} as const satisfies Record<
  string,
  { label: string; definition: string; parameters: Readonly<Record<string, Parameter>> }
>;

export type MeasureName = keyof typeof measures;
export type MeasureValues = {
  readonly [M in MeasureName]: {
    readonly [P in keyof (typeof measures)[M]["parameters"]]: (typeof measures)[M]["parameters"][P] extends {
      readonly default: null;
    }
      ? number | null
      : number;
  };
};

/** The defaults, or the defaults with some replaced; `settings` maps "measure.parameter" to a value in range. */
export function measureValues(settings: Readonly<Record<string, number>> = {}): MeasureValues {
  const values: Record<string, Record<string, number | null>> = {};
  for (const [name, measure] of Object.entries(measures)) {
    const own: Record<string, number | null> = {};
    for (const [p, { default: initial }] of Object.entries<Parameter>(measure.parameters))
      own[p] = settings[`${name}.${p}`] ?? initial;
    values[name] = own;
  }
  return values as MeasureValues;
}

/** Every parameter by its full name, as `--set` takes it. */
export const parameters: Readonly<Record<string, Parameter>> = Object.fromEntries(
  Object.entries(measures).flatMap(([name, measure]) =>
    Object.entries<Parameter>(measure.parameters).map(([p, parameter]) => [`${name}.${p}`, parameter]),
  ),
);
