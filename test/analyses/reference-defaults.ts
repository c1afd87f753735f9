/**
 * Who may default by the expert card, worked out again with plain loops: for portfolios with too few outcomes to fit
 * a model, and the assumptions of a loss scenario written out here. It shares no code with the product.
 */
import type { AnalysisId, User } from "./portfolio.ts";
import type { ExpectedRow, Reference } from "./reference.ts";

/** Assumptions that a loss scenario needs, as settings. */
export const assumptions = {
  "expected_loss.lgd": 0.6,
  "expected_loss.ccf": 0.5,
  "expected_loss.pd_low": 0.01,
  "expected_loss.pd_moderate": 0.03,
  "expected_loss.pd_high": 0.1,
  "expected_loss.pd_very_high": 0.6,
  "watchlist.share": 0.5,
} as const;

type Table = readonly (readonly [below: number, points: number])[];
type InputName = "utilisation" | "debt to income" | "credit score" | "annual income";

const CARD: Readonly<Record<InputName, { readonly weight: number; readonly table: Table }>> = {
  utilisation: {
    weight: 30,
    table: [
      [0.1, 100],
      [0.3, 85],
      [0.5, 65],
      [0.75, 40],
      [1, 15],
      [Infinity, 0],
    ],
  },
  "debt to income": {
    weight: 20,
    table: [
      [0.36, 100],
      [0.5, 80],
      [1, 55],
      [1.5, 30],
      [2.5, 10],
      [Infinity, 0],
    ],
  },
  "credit score": {
    weight: 40,
    table: [
      [520, 0],
      [560, 10],
      [600, 20],
      [640, 35],
      [680, 55],
      [720, 75],
      [760, 90],
      [Infinity, 100],
    ],
  },
  "annual income": {
    weight: 10,
    table: [
      [15e3, 10],
      [25e3, 25],
      [50e3, 50],
      [75e3, 70],
      [100e3, 85],
      [Infinity, 100],
    ],
  },
};
const NAMES = Object.keys(CARD) as InputName[];
const RATES: Table = [
  [520, 0.41],
  [560, 0.284],
  [600, 0.225],
  [640, 0.158],
  [680, 0.089],
  [720, 0.044],
  [Infinity, 0.01],
];
const BANDS = ["low", "moderate", "high", "very_high"];
const FROM = [75, 55, 35];
const PD = [0.01, 0.03, 0.1, 0.6];

const at = (table: Table, value: number): number => table.find(([below]) => value < below)?.[1] ?? 0;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const sumOrNull = (values: readonly (number | null)[]) => {
  const known = values.filter((v) => v !== null);
  return known.length === 0 ? null : sum(known);
};

interface Scored {
  readonly user: User;
  readonly values: Readonly<Record<InputName, number | null>>;
  readonly score: number | null;
  readonly band: string | null;
}

export class ExpertReference {
  readonly #reference: Reference;
  readonly scored: readonly Scored[];

  constructor(reference: Reference) {
    this.#reference = reference;
    this.scored = reference.users.map((user) => {
      const values = {
        utilisation: reference.utilisation(user),
        "debt to income": reference.debtToIncome(user),
        "credit score": user.credit_score,
        "annual income": user.annual_income_usd,
      };
      const score = scoreOf(values);
      return { user, values, score, band: bandOf(score) };
    });
  }

  expected(): Readonly<Partial<Record<AnalysisId, readonly ExpectedRow[]>>> {
    return {
      "default-watchlist": this.watchlist(),
      "default-bands": this.bands(),
      "default-scores": this.scores(),
      "default-cut-offs": this.cutOffs(),
      "expected-loss": this.loss(),
      "expected-loss-sensitivity": this.sensitivity(),
    };
  }

  private watchlist(): ExpectedRow[] {
    const ranked = this.scored
      .filter(({ score }) => score !== null)
      .toSorted((a, b) => Number(a.score) - Number(b.score) || a.user.user_id - b.user.user_id);
    return ranked.flatMap(({ user, values, score, band }, i) =>
      i + 1 > 0.5 * ranked.length
        ? []
        : [
            {
              user_id: user.user_id,
              rank: i + 1,
              model: "expert card",
              pd: null,
              score,
              band,
              reasons: reasons(values),
              change: changeOf(values, Number(score)),
              missing_inputs: NAMES.filter((name) => values[name] === null).join(", ") || null,
              reference_rate: user.credit_score === null ? null : at(RATES, user.credit_score),
              credit_score: user.credit_score,
              utilisation: values.utilisation,
              debt_to_income: values["debt to income"],
              annual_income_usd: user.annual_income_usd,
            },
          ],
    );
  }

  private bands(): ExpectedRow[] {
    const names = this.scored.some(({ band }) => band === null) ? [...BANDS, null] : BANDS;
    return names.map((band) => {
      const inside = this.scored.filter((row) => row.band === band);
      const outcomes = inside.map(({ user }) => user.defaulted).filter((d) => d !== null);
      const defaults = outcomes.filter(Boolean).length;
      return {
        band,
        customers: inside.length,
        share: this.scored.length === 0 ? null : inside.length / this.scored.length,
        pd_mean: null,
        defaults,
        default_rate: outcomes.length === 0 ? null : defaults / outcomes.length,
        total_debt_usd: sumOrNull(inside.map(({ user }) => user.total_debt_usd)),
        balance_valid_usd: sumOrNull(inside.map(({ user }) => this.#reference.balance(user))),
      };
    });
  }

  private scores(): ExpectedRow[] {
    const all = this.scored.filter(({ score }) => score !== null);
    return Array.from({ length: 20 }, (_, i) => {
      const inside = all.filter(({ score }) => Math.min(Math.floor(Number(score) / 5), 19) === i);
      const outcomes = inside.map(({ user }) => user.defaulted).filter((d) => d !== null);
      return {
        bin: `${i * 5}-${i * 5 + 5}`,
        customers: inside.length,
        share: all.length === 0 ? null : inside.length / all.length,
        defaults: outcomes.filter(Boolean).length,
        default_rate: outcomes.length === 0 ? null : outcomes.filter(Boolean).length / outcomes.length,
      };
    });
  }

  private cutOffs(): ExpectedRow[] {
    const all = this.scored.filter(({ score }) => score !== null);
    return Array.from({ length: 51 }, (_, i) => {
      const beyond = all.filter(({ score }) => Number(score) < i * 2);
      return {
        score: i * 2,
        pd: null,
        selected: all.length - beyond.length,
        share_selected: all.length === 0 ? null : 1 - beyond.length / all.length,
        customers_beyond: beyond.length,
        total_debt_beyond_usd: sumOrNull(beyond.map(({ user }) => user.total_debt_usd)),
      };
    });
  }

  /** Balance, undrawn limit and probability of those who have an exposure. */
  private exposures(inside: readonly Scored[]) {
    return inside.flatMap(({ user, band }) => {
      const balance = this.#reference.balance(user);
      const limit = this.#reference.limit(this.#reference.validCredit(user));
      if (balance === null || limit === null) return [];
      return [{ balance, undrawn: Math.max(limit - balance, 0), pd: PD[BANDS.indexOf(band ?? "")] ?? null }];
    });
  }

  private loss(): ExpectedRow[] {
    const names = this.scored.some(({ band }) => band === null) ? [...BANDS, null] : BANDS;
    const rows = names.map((band) => {
      const inside = this.scored.filter((row) => row.band === band);
      const exposed = this.exposures(inside);
      const ead = sumOrNull(exposed.map((e) => e.balance + 0.5 * e.undrawn));
      return {
        band,
        customers: inside.length,
        customers_exposed: exposed.length,
        balance_usd: sumOrNull(exposed.map((e) => e.balance)),
        undrawn_usd: sumOrNull(exposed.map((e) => e.undrawn)),
        ead_usd: ead,
        expected_loss_usd: sumOrNull(
          exposed.map((e) => (e.pd === null ? null : e.pd * 0.6 * (e.balance + 0.5 * e.undrawn))),
        ),
      };
    });
    const whole = sum(rows.map((row) => row.expected_loss_usd ?? 0));
    return rows.map((row) => ({
      ...row,
      share: row.expected_loss_usd === null || whole === 0 ? null : row.expected_loss_usd / whole,
    }));
  }

  private sensitivity(): ExpectedRow[] {
    const exposed = this.exposures(this.scored).filter(({ pd }) => pd !== null);
    const lost = (pd: number, lgd: number, ccf: number) =>
      sum(
        exposed.map(
          (e) =>
            Math.min(1, pd * Number(e.pd)) *
            Math.min(1, lgd * 0.6) *
            (e.balance + Math.min(1, ccf * 0.5) * e.undrawn),
        ),
      );
    const rows: ExpectedRow[] = [];
    for (const pd of [0.5, 0.75, 1, 1.5, 2])
      for (const lgd of [0.75, 1, 1.25])
        for (const ccf of [0.75, 1, 1.25])
          rows.push({
            pd_factor: pd,
            lgd_factor: lgd,
            ccf_factor: ccf,
            lgd: 0.6 * lgd,
            ccf: 0.5 * ccf,
            expected_loss_usd: lost(pd, lgd, ccf),
            difference_usd: lost(pd, lgd, ccf) - lost(1, 1, 1),
          });
    return rows;
  }
}

function scoreOf(values: Scored["values"]): number | null {
  const known = NAMES.filter((name) => values[name] !== null);
  if (known.length === 0) return null;
  return (
    sum(known.map((name) => CARD[name].weight * at(CARD[name].table, Number(values[name])))) /
    sum(known.map((name) => CARD[name].weight))
  );
}

const bandOf = (score: number | null): string | null =>
  score === null ? null : (BANDS[FROM.filter((from) => score < from).length] ?? null);

function reasons(values: Scored["values"]): string | null {
  const known = NAMES.filter((name) => values[name] !== null);
  const shown = (name: string, value: number): string => {
    if (name === "annual income") return `$${Math.round(value).toLocaleString("en-US")}`;
    return name === "credit score" ? String(Math.round(value)) : (Math.round(value * 100) / 100).toFixed(2);
  };
  const weights = sum(known.map((name) => CARD[name].weight));
  const lost = known
    .map((name) => {
      const value = Number(values[name]);
      return {
        text: `${name} ${shown(name, value)}`,
        lost: (CARD[name].weight * (100 - at(CARD[name].table, value))) / weights,
        most: (CARD[name].weight * 100) / weights,
      };
    })
    .filter((one) => one.lost > 0)
    .toSorted((a, b) => b.lost - a.lost);
  const tenths = (n: number) => (Math.round(n * 10) / 10).toFixed(1);
  return (
    lost.map((one) => `${one.text}: ${tenths(one.lost)} of ${tenths(one.most)} points lost`).join("; ") ||
    null
  );
}

/** Every change, and every pair, tried out: the one that asks for the least of those after which the band is lower. */
function changeOf(values: Scored["values"], score: number): string | null {
  const goal = FROM.filter((from) => score < from).at(-1);
  if (goal === undefined) return null;
  const bounds = (name: InputName) =>
    CARD[name].table
      .filter(([below]) => values[name] !== null && below <= Number(values[name]))
      .map(([below]) => below);
  const reaches = (changed: Partial<Record<InputName, number>>) =>
    Number(scoreOf({ ...values, ...changed })) >= goal - 1e-9;
  const effort = (name: InputName, bound: number) => 1 - bound / Number(values[name]);
  const under = (bound: number) => bound - 1e-12;
  const [u, d] = ["utilisation", "debt to income"] as const;
  const singles = [u, d].flatMap((name) =>
    bounds(name)
      .filter((bound) => reaches({ [name]: under(bound) }))
      .map((bound) => ({ text: `${name} below ${bound}`, effort: effort(name, bound) })),
  );
  const pairs = bounds(u)
    .toReversed()
    .flatMap((one) =>
      bounds(d)
        .filter((two) => reaches({ [u]: under(one), [d]: under(two) }))
        .map((two) => ({
          text: `${u} below ${one} and ${d} below ${two}`,
          effort: effort(u, one) + effort(d, two),
        })),
    );
  const least = (all: readonly { text: string; effort: number }[]) =>
    all.reduce<{ text: string; effort: number } | undefined>(
      (best, one) => (best === undefined || one.effort < best.effort ? one : best),
      undefined,
    )?.text;
  return least(singles) ?? least(pairs) ?? null;
}
