/**
 * The catalogue worked out again from DESIGN with plain loops over the rows, for files that state everything.
 * It shares no code with the product; thresholds are the defaults, written out.
 */
import type { AnalysisId, Card, Portfolio, User } from "./portfolio.ts";
import { ExpertReference } from "./reference-defaults.ts";

type Value = string | number | boolean | null;
export type ExpectedRow = Readonly<Record<string, Value>>;

const AGES = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"];
const INCOMES = ["<25k", "25k-50k", "50k-75k", "75k-100k", "100k+"];
const SCORES = ["poor", "fair", "good", "very_good", "exceptional"];
const TIERS = ["low", "moderate", "high", "very_high"];
const HORIZONS = ["retired", "0-5", "6-10", "11-20", "21-30", "over 30"];
const USED = ["zero", "<10%", "10-30%", "30-50%", "50-75%", "75-100%", "over", "balance without limit"];
const TYPES = ["credit", "debit", "prepaid"];
const OFFERS: readonly (readonly [string, string])[] = [
  ["hardship-outreach", "support"],
  ["card-renewal", "service"],
  ["chip-upgrade", "service"],
  ["first-credit-card", "credit"],
  ["credit-card-return", "credit"],
  ["premium-upgrade", "credit"],
  ["credit-line-review", "credit"],
  ["balance-transfer", "credit"],
  ["retirement-information", "information"],
];

const daysIn = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();
const lastDay = (month: string) =>
  `${month.slice(0, 7)}-${daysIn(Number(month.slice(0, 4)), Number(month.slice(5, 7)))}`;
function addMonths(day: string, months: number): string {
  const count = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months;
  const [year, month] = [Math.floor(count / 12), (count % 12) + 1];
  const date = Math.min(Number(day.slice(8)), daysIn(year, month));
  return `${year}-${String(month).padStart(2, "0")}-${String(date).padStart(2, "0")}`;
}

const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => (values.length === 0 ? null : total(values) / values.length);
const known = (values: readonly (number | null)[]) => values.filter((v): v is number => v !== null);

export function quantile(values: readonly number[], p: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * p;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low === undefined || high === undefined ? null : low + (high - low) * (at - Math.floor(at));
}

function deviation(values: readonly number[]): number | null {
  const centre = mean(values);
  if (centre === null || values.length < 2) return null;
  return Math.sqrt(total(values.map((v) => (v - centre) ** 2)) / (values.length - 1));
}

function pearson(pairs: readonly (readonly [number, number])[]): number | null {
  if (new Set(pairs.map(([x]) => x)).size < 2 || new Set(pairs.map(([, y]) => y)).size < 2) return null;
  const mx = total(pairs.map(([x]) => x)) / pairs.length;
  const my = total(pairs.map(([, y]) => y)) / pairs.length;
  const xy = total(pairs.map(([x, y]) => (x - mx) * (y - my)));
  return (
    xy / Math.sqrt(total(pairs.map(([x]) => (x - mx) ** 2)) * total(pairs.map(([, y]) => (y - my) ** 2)))
  );
}

const ranks = (values: readonly number[]) =>
  values.map((v) => values.filter((w) => w < v).length + (values.filter((w) => w === v).length + 1) / 2);

const byIdOf =
  <T>(id: (row: T) => number) =>
  (a: T, b: T) =>
    id(a) - id(b);

/** Everything about one customer or card that the definitions name. */
export class Reference {
  readonly users: readonly User[];
  readonly cards: readonly Card[];
  readonly asOf: string;

  constructor({ users, cards }: Portfolio, asOf = "2020-02-29") {
    this.users = users;
    this.cards = cards;
    this.asOf = asOf;
  }

  // one card

  status(c: Card): string | null {
    if (c.expires_on === null) return null;
    const last = lastDay(c.expires_on);
    if (last < this.asOf) return "expired";
    return last < addMonths(this.asOf, 12) ? "expiring" : "later";
  }
  isOpened = (c: Card) => c.opened_on === null || c.opened_on <= this.asOf;
  isValid = (c: Card) => (this.status(c) === "expiring" || this.status(c) === "later") && this.isOpened(c);
  isRenewedSoon = (c: Card) =>
    this.isValid(c) &&
    [0, 1, 2].some(
      (n) => addMonths(`${this.asOf.slice(0, 7)}-01`, n).slice(0, 7) === c.expires_on?.slice(0, 7),
    );

  // one customer

  held = (u: User) => this.cards.filter((c) => c.user_id === u.user_id);
  credit = (u: User) => this.held(u).filter((c) => c.type === "credit");
  validCredit = (u: User) => this.credit(u).filter(this.isValid);
  debtToIncome = (u: User) =>
    u.annual_income_usd === null || u.annual_income_usd <= 0 || u.total_debt_usd === null
      ? null
      : u.total_debt_usd / u.annual_income_usd;
  isRetired(u: User): boolean | null {
    if (u.employment_status !== null) return u.employment_status.toLowerCase() === "retired";
    return u.age === null || u.retirement_age === null ? null : u.age >= u.retirement_age;
  }
  years = (u: User) => (u.age === null || u.retirement_age === null ? null : u.retirement_age - u.age);
  employment = (u: User) => u.employment_status ?? (this.isRetired(u) ? "retired" : null);
  limit(of: readonly Card[]): number | null {
    return of.some((c) => c.credit_limit_usd === null) ? null : total(of.map((c) => c.credit_limit_usd ?? 0));
  }
  balance(u: User): number | null {
    const of = this.validCredit(u);
    if (of.length === 0 || of.some((c) => c.balance_usd === null || c.credit_limit_usd === null)) return null;
    return total(of.map((c) => Math.max(c.balance_usd ?? 0, 0)));
  }
  utilisation(u: User): number | null {
    const balance = this.balance(u);
    const limit = this.limit(this.validCredit(u));
    return balance === null || limit === null || limit === 0 ? null : balance / limit;
  }
  used(u: User): string | null {
    const balance = this.balance(u);
    if (balance === null) return null;
    if (balance === 0) return "zero";
    const used = this.utilisation(u);
    if (used === null) return "balance without limit";
    if (used > 1) return "over";
    return USED[1 + [0.1, 0.3, 0.5, 0.75].filter((bound) => used >= bound).length] ?? null;
  }
  age = (u: User) => {
    if (u.age === null) return null;
    return u.age < 18
      ? "<18"
      : (AGES[[25, 35, 45, 55, 65].filter((bound) => Number(u.age) >= bound).length] ?? null);
  };
  income = (u: User) => {
    const of = u.annual_income_usd;
    return of === null ? null : (INCOMES[[25e3, 50e3, 75e3, 100e3].filter((b) => of >= b).length] ?? null);
  };
  score = (u: User) => {
    const of = u.credit_score;
    return of === null ? null : (SCORES[[580, 670, 740, 800].filter((b) => of >= b).length] ?? null);
  };
  tier = (u: User) => {
    const of = this.debtToIncome(u);
    return of === null ? null : (TIERS[[0.36, 0.5, 1].filter((b) => of > b).length] ?? null);
  };
  horizon = (u: User) => {
    if (this.isRetired(u) === true) return "retired";
    const of = this.years(u);
    return of === null ? null : (HORIZONS[1 + [5, 10, 20, 30].filter((b) => of > b).length] ?? null);
  };
  isHighDebt = (u: User) => (this.debtToIncome(u) ?? 0) > 0.5;
  isPremium = (u: User) => (u.credit_score ?? 0) > 700 && (u.annual_income_usd ?? 0) > 50_000;
  isAssistance = (u: User) =>
    u.credit_score !== null &&
    u.credit_score < 600 &&
    u.total_debt_usd !== null &&
    u.annual_income_usd !== null &&
    u.total_debt_usd > 0.6 * u.annual_income_usd;

  // offers

  gate(u: User): string | null {
    if (this.isAssistance(u)) return "in the assistance audience";
    if (u.annual_income_usd !== null && u.annual_income_usd < 5_000) return "income below the minimum";
    if (u.credit_score !== null && u.credit_score < 670) return "credit score below the minimum";
    const ratio = this.debtToIncome(u);
    if (ratio !== null && ratio > 1.5) return "debt to income above the maximum";
    return ratio === null || u.credit_score === null ? "income, credit score or debt missing" : null;
  }

  /** undefined: not eligible; null: a candidate; else why not. */
  offer(name: string, u: User): string | null | undefined {
    const valid = this.held(u).filter(this.isValid);
    const credit = this.validCredit(u);
    const limit = this.limit(credit);
    switch (name) {
      case "hardship-outreach":
        if (!this.isAssistance(u)) return undefined;
        return (u.annual_income_usd ?? 0) < 5_000 ? "income too low to be a true figure" : null;
      case "card-renewal": {
        const soon = valid.filter(this.isRenewedSoon);
        if (soon.length === 0) return undefined;
        return soon.every((c) => c.opened_on === c.expires_on)
          ? "every such card expires in the month it was opened"
          : null;
      }
      case "chip-upgrade": {
        const plain = valid.filter((c) => c.has_chip === false);
        if (plain.length === 0) return undefined;
        return plain.every(this.isRenewedSoon) ? "a renewal replaces the card soon" : null;
      }
      case "first-credit-card":
        return valid.some((c) => c.type === "debit" || c.type === "prepaid") && this.credit(u).length === 0
          ? this.gate(u)
          : undefined;
      case "credit-card-return":
        return this.credit(u).length > 0 && this.credit(u).every((c) => this.status(c) === "expired")
          ? this.gate(u)
          : undefined;
      case "premium-upgrade":
        return this.isPremium(u) && credit.length > 0 ? this.gate(u) : undefined;
      case "credit-line-review": {
        if (
          limit === null ||
          limit <= 0 ||
          u.annual_income_usd === null ||
          limit >= 0.3 * u.annual_income_usd
        )
          return undefined;
        const gate = this.gate(u);
        if (gate !== null) return gate;
        if ((u.credit_score ?? 0) < 700) return "credit score below the review minimum";
        const [opened] = credit.flatMap((c) => c.opened_on ?? []).toSorted();
        if (opened !== undefined && opened >= addMonths(this.asOf, -12))
          return "credit cards opened too recently";
        if (opened === undefined) return "opening month missing";
        if (this.offer("premium-upgrade", u) === null) return "already in premium-upgrade";
        const used = this.utilisation(u);
        if (used === null) return "utilisation missing";
        return used < 0.3 || used > 0.8 ? "utilisation outside the bounds" : null;
      }
      case "balance-transfer": {
        const balance = this.balance(u);
        if (balance === null || limit === null || u.total_debt_usd === null) return undefined;
        const used = this.utilisation(u);
        return u.total_debt_usd > balance && limit - balance >= 1_000 && used !== null && used < 0.5
          ? this.gate(u)
          : undefined;
      }
      default: {
        const years = this.years(u);
        if (this.isRetired(u) !== false || years === null || years > 10) return undefined;
        return this.isAssistance(u) ? "in the assistance audience" : null;
      }
    }
  }

  // the catalogue

  expected(): Readonly<Partial<Record<AnalysisId, readonly ExpectedRow[]>>> {
    const { users, cards } = this;
    const everyone = users.length;
    const share = (n: number, of = everyone) => (of === 0 ? null : n / of);
    const spread = (
      key: string,
      groups: readonly string[],
      of: (u: User) => string | null,
      first?: string,
    ) => {
      const names: (string | null)[] = [...groups];
      if (first !== undefined && users.some((u) => of(u) === first)) names.unshift(first);
      if (users.some((u) => of(u) === null)) names.push(null);
      return names.map((name) => {
        const inside = users.filter((u) => of(u) === name);
        return { row: { [key]: name, customers: inside.length, share: share(inside.length) }, inside };
      });
    };
    const open = (of: (u: User) => string | null) => {
      const names = [...new Set(users.map(of))].filter((name) => name !== null);
      return spread("value", names, of).toSorted(
        (a, b) =>
          Number(a.row["value"] === null) - Number(b.row["value"] === null) ||
          b.inside.length - a.inside.length ||
          (String(a.row["value"]) < String(b.row["value"]) ? -1 : 1),
      );
    };
    const medianOf = (inside: readonly User[], of: (u: User) => number | null) =>
      quantile(known(inside.map(of)), 0.5);
    const withCards = (n: number) => users.filter((u) => this.held(u).length > n);
    const creditCards = cards.filter((c) => c.type === "credit");
    const sumOf = (of: readonly Card[]) => {
      const limits = known(of.map((c) => c.credit_limit_usd));
      return of.length > 0 && limits.length === 0 ? null : total(limits);
    };
    const typeCounts = (of: readonly Card[]) =>
      Object.fromEntries(TYPES.map((type) => [`${type}_cards`, of.filter((c) => c.type === type).length]));
    const count = (of: readonly Card[], test: (c: Card) => boolean) => of.filter(test).length;
    const incomes = known(users.map((u) => u.annual_income_usd));
    const ratios = known(users.map(this.debtToIncome));
    const ages = known(users.map((u) => u.age));
    const debts = known(users.map((u) => u.total_debt_usd));

    const picked: readonly (readonly [string, (u: User) => boolean])[] = [
      ["premium", this.isPremium],
      ["assistance", this.isAssistance],
      ...OFFERS.map(([name]) => [name, (u: User) => this.offer(name, u) === null] as const),
    ];

    return {
      "portfolio-summary": [
        {
          customers: everyone,
          cards: cards.length,
          ...typeCounts(cards),
          cards_per_customer_mean: mean(users.map((u) => this.held(u).length)),
          cards_per_customer_median: quantile(
            users.map((u) => this.held(u).length),
            0.5,
          ),
          customers_with_several_cards: withCards(1).length,
          customers_without_credit_card: users.filter((u) => this.credit(u).length === 0).length,
          credit_limit_usd: sumOf(creditCards),
          cards_valid: count(cards, this.isValid),
          credit_limit_valid_usd: sumOf(creditCards.filter(this.isValid)),
          customers_without_valid_credit_card: users.filter((u) => this.validCredit(u).length === 0).length,
          customers_without_valid_card: users.filter((u) => !this.held(u).some(this.isValid)).length,
          total_debt_usd: debts.length === 0 ? null : total(debts),
          income_median_usd: quantile(incomes, 0.5),
          age_mean: mean(ages),
          age_median: quantile(ages, 0.5),
          credit_score_mean: mean(known(users.map((u) => u.credit_score))),
          cards_without_customer: count(cards, (c) => !users.some((u) => u.user_id === c.user_id)),
        },
      ],
      "numeric-summary": this.measures().map(([measure, of]) => {
        const values = known(users.map(of));
        const at = (p: number) => quantile(values, p);
        return {
          measure,
          customers: values.length,
          missing: everyone - values.length,
          mean: mean(values),
          std: deviation(values),
          min: at(0),
          p25: at(0.25),
          median: at(0.5),
          p75: at(0.75),
          p90: at(0.9),
          p99: at(0.99),
          max: at(1),
        };
      }),
      "age-distribution": spread("band", AGES, this.age, "<18").map(({ row }) => row),
      "income-distribution": spread("band", INCOMES, this.income).map(({ row }) => row),
      "gender-ratio": open((u) => u.gender).map(({ row }) => row),
      "employment-status": open(this.employment).map(({ row, inside }) => ({
        ...row,
        derived: inside.filter((u) => u.employment_status === null && this.employment(u) !== null).length,
      })),
      "retirement-horizon": spread("band", HORIZONS, this.horizon).map(({ row }) => row),
      "customers-by-state": open((u) => u.state).map(({ row: { value, ...row }, inside }) => ({
        state: value ?? null,
        ...row,
        income_median_usd: medianOf(inside, (u) => u.annual_income_usd),
        debt_to_income_median: medianOf(inside, this.debtToIncome),
      })),
      "cards-per-customer": [...new Set(users.map((u) => this.held(u).length))]
        .toSorted((a, b) => a - b)
        .map((n) => {
          const customers = users.filter((u) => this.held(u).length === n).length;
          return { cards: n, customers, share: share(customers) };
        }),
      "customers-with-several-cards": withCards(1)
        .toSorted((a, b) => this.held(b).length - this.held(a).length || a.user_id - b.user_id)
        .map((u) => ({ user_id: u.user_id, cards: this.held(u).length, ...typeCounts(this.held(u)) })),
      "cards-by-brand-and-type": [...new Set(cards.map((c) => c.brand))]
        .toSorted((a, b) => Number(a === null) - Number(b === null) || (String(a) < String(b) ? -1 : 1))
        .flatMap((brand) =>
          [...TYPES, null].flatMap((type) => {
            const of = cards.filter((c) => c.brand === brand && c.type === type);
            if (type === null && of.length === 0) return [];
            const limits = known(of.map((c) => c.credit_limit_usd));
            return {
              brand,
              type,
              cards: of.length,
              share: share(of.length, cards.length),
              credit_limit_mean_usd: mean(limits),
              credit_limit_median_usd: quantile(limits, 0.5),
            };
          }),
        ),
      "ownership-by-segment": this.ownership(),
      "rates-by-segment": this.segmentRates(),
      "accounts-opened": [...new Set(cards.map((c) => c.opened_on?.slice(0, 4) ?? null))]
        .toSorted((a, b) => (a ?? "9999").localeCompare(b ?? "9999"))
        .map((year) => ({
          year: year === null ? null : Number(year),
          cards: count(cards, (c) => (c.opened_on?.slice(0, 4) ?? null) === year),
        })),
      "card-security":
        cards.length === 0
          ? []
          : (
              [
                ["no_chip", (c) => (c.has_chip === null ? null : !c.has_chip)],
                [
                  "old_pin",
                  (c) =>
                    c.pin_changed_year === null
                      ? null
                      : Number(this.asOf.slice(0, 4)) - c.pin_changed_year > 7,
                ],
                ["on_dark_web", (c) => c.on_dark_web],
              ] as readonly [string, (c: Card) => boolean | null][]
            ).map(([finding, test]) => ({
              finding,
              cards: count(cards, (c) => test(c) === true),
              share: share(
                count(cards, (c) => test(c) === true),
                cards.length,
              ),
              valid_cards: count(cards, (c) => test(c) === true && this.isValid(c)),
              unknown: count(cards, (c) => test(c) === null),
            })),
      "credit-score-bands": spread("band", SCORES, this.score).map(({ row, inside }) => ({
        ...row,
        debt_to_income_mean: mean(known(inside.map(this.debtToIncome))),
      })),
      "debt-tiers": spread("tier", TIERS, this.tier).map(({ row }) => row),
      "debt-to-income": [
        {
          customers: ratios.length,
          mean: mean(ratios),
          median: quantile(ratios, 0.5),
          ratio_of_sums:
            ratios.length === 0
              ? null
              : total(users.map((u) => (this.debtToIncome(u) === null ? 0 : (u.total_debt_usd ?? 0)))) /
                total(users.map((u) => (this.debtToIncome(u) === null ? 0 : (u.annual_income_usd ?? 0)))),
          customers_high_debt: ratios.filter((r) => r > 0.5).length,
          share_high_debt: share(ratios.filter((r) => r > 0.5).length, ratios.length),
        },
      ],
      "risk-matrix": [...SCORES, null].flatMap((score) =>
        [...TIERS, null].flatMap((tier) => {
          const customers = users.filter((u) => this.score(u) === score && this.tier(u) === tier).length;
          return customers === 0 && (score === null || tier === null)
            ? []
            : { score_band: score, debt_tier: tier, customers };
        }),
      ),
      "high-debt-customers": users
        .filter(this.isHighDebt)
        .toSorted(
          (a, b) => (this.debtToIncome(b) ?? 0) - (this.debtToIncome(a) ?? 0) || a.user_id - b.user_id,
        )
        .map((u) => ({
          user_id: u.user_id,
          debt_to_income: this.debtToIncome(u),
          total_debt_usd: u.total_debt_usd,
          annual_income_usd: u.annual_income_usd,
          credit_score: u.credit_score,
        })),
      "high-risk-customers": users
        .map((u) => ({
          u,
          reasons: [
            ...((u.credit_score ?? 1e9) < 580 ? ["credit score below 580"] : []),
            ...((u.credit_score ?? 1e9) < 670 && (this.debtToIncome(u) ?? 0) > 1
              ? ["credit score below 670 with debt to income above 1"]
              : []),
          ],
        }))
        .filter(({ reasons }) => reasons.length > 0)
        .toSorted(
          ({ u: a }, { u: b }) =>
            (a.credit_score ?? 0) - (b.credit_score ?? 0) ||
            (this.debtToIncome(b) ?? -1) - (this.debtToIncome(a) ?? -1) ||
            a.user_id - b.user_id,
        )
        .map(({ u, reasons }) => ({
          user_id: u.user_id,
          credit_score: u.credit_score,
          score_band: this.score(u),
          debt_to_income: this.debtToIncome(u),
          utilisation: this.utilisation(u),
          reasons: reasons.join("; "),
        })),
      utilisation: spread("band", USED, (u) => this.used(u)).map(({ row, inside }) => {
        const balances = known(inside.map((u) => this.balance(u)));
        const expired = inside.flatMap((u) =>
          known(
            this.credit(u)
              .filter((c) => this.status(c) === "expired")
              .map((c) => c.balance_usd),
          ).map((b) => Math.max(b, 0)),
        );
        return {
          ...row,
          balance_usd: balances.length === 0 ? null : total(balances),
          balance_expired_usd: expired.length === 0 ? null : total(expired),
        };
      }),
      correlations: this.correlations(),
      "card-expiry": ["expired", "expiring", "later", null].flatMap((status) => {
        const of = cards.filter((c) => this.status(c) === status);
        if (status === null && of.length === 0) return [];
        return {
          status,
          cards: of.length,
          ...typeCounts(of),
          this_month: count(
            of,
            (c) => c.expires_on?.slice(0, 7) === this.asOf.slice(0, 7) && status !== "expired",
          ),
          not_yet_opened: count(of, (c) => !this.isOpened(c)),
        };
      }),
      "expiry-calendar": [...new Set(cards.map((c) => c.expires_on?.slice(0, 7) ?? null))]
        .toSorted((a, b) => (a ?? "9999").localeCompare(b ?? "9999"))
        .map((month) => {
          const of = cards.filter((c) => (c.expires_on?.slice(0, 7) ?? null) === month);
          return { month, cards: of.length, credit_cards: count(of, (c) => c.type === "credit") };
        }),
      "expiring-cards": cards
        .filter((c) => this.status(c) === "expiring")
        .toSorted((a, b) => (a.expires_on ?? "").localeCompare(b.expires_on ?? "") || a.card_id - b.card_id)
        .map((c) => {
          const owner = users.find((u) => u.user_id === c.user_id);
          const score = owner?.credit_score ?? null;
          const income = owner?.annual_income_usd ?? null;
          // one condition that fails decides, whatever the other
          const fails = (score !== null && score <= 700) || (income !== null && income <= 50_000);
          return {
            card_id: c.card_id,
            user_id: c.user_id,
            brand: c.brand,
            type: c.type,
            expires_on: c.expires_on?.slice(0, 7) ?? null,
            premium_audience: fails ? false : score === null || income === null ? null : true,
          };
        }),
      "marketing-audiences": (
        [
          ["premium", this.isPremium],
          ["assistance", this.isAssistance],
        ] as const
      ).map(([audience, test]) => {
        const of = users.filter(test);
        return {
          audience,
          customers: of.length,
          also_high_debt: of.filter(this.isHighDebt).length,
          without_credit_card: of.filter((u) => this.credit(u).length === 0).length,
          share: share(of.length),
        };
      }),
      "audience-members": (
        [
          ["premium", this.isPremium],
          ["assistance", this.isAssistance],
        ] as const
      ).flatMap(([audience, test]) =>
        users
          .filter(test)
          .toSorted(byIdOf((u) => u.user_id))
          .map((u) => ({
            audience,
            user_id: u.user_id,
            credit_score: u.credit_score,
            annual_income_usd: u.annual_income_usd,
            total_debt_usd: u.total_debt_usd,
            debt_to_income: this.debtToIncome(u),
            credit_cards: this.credit(u).length,
          })),
      ),
      "selection-fairness": picked.flatMap(([selection, test]) => [
        ...this.rates(selection, "gender", (u) => u.gender, test),
        ...this.rates(
          selection,
          "age_group",
          (u) => (u.age === null ? null : u.age < 62 ? "under 62" : "62 and over"),
          test,
        ),
      ]),
      offers: OFFERS.map(([name, kind]) => {
        const results = users.map((u) => this.offer(name, u)).filter((r) => r !== undefined);
        const reasons = results.filter((r) => r !== null);
        const counts = [...new Set(reasons)]
          .map((reason) => ({ reason, n: reasons.filter((r) => r === reason).length }))
          .toSorted((a, b) => b.n - a.n || (a.reason < b.reason ? -1 : 1));
        return {
          offer: name,
          kind,
          customers: results.length - reasons.length,
          eligible: results.length,
          excluded: reasons.length,
          why: counts.length === 0 ? null : counts.map(({ reason, n }) => `${reason}: ${n}`).join("; "),
        };
      }),
      "offer-candidates": OFFERS.flatMap(([name]) =>
        users.toSorted(byIdOf((u) => u.user_id)).flatMap((u) => {
          const result = this.offer(name, u);
          return result === undefined ? [] : { user_id: u.user_id, offer: name, excluded_because: result };
        }),
      ),
      ...new ExpertReference(this).expected(),
    };
  }

  measures(): readonly (readonly [string, (u: User) => number | null])[] {
    return [
      ["age", (u) => u.age],
      ["retirement_age", (u) => u.retirement_age],
      ["years_to_retirement", this.years],
      ["area_income_usd", (u) => u.area_income_usd],
      ["annual_income_usd", (u) => u.annual_income_usd],
      ["total_debt_usd", (u) => u.total_debt_usd],
      ["credit_score", (u) => u.credit_score],
      ["cards", (u) => this.held(u).length],
      ["debt_to_income", this.debtToIncome],
      ["utilisation", (u) => this.utilisation(u)],
      ["credit_limit_usd", (u) => (this.credit(u).length === 0 ? null : this.limit(this.credit(u)))],
    ];
  }

  private correlations(): ExpectedRow[] {
    const all = new Map(this.measures());
    const names = [
      "age",
      "annual_income_usd",
      "area_income_usd",
      "total_debt_usd",
      "credit_score",
      "cards",
      "debt_to_income",
      "utilisation",
    ];
    return names.flatMap((x, i) =>
      names.slice(i + 1).map((y) => {
        const pairs = this.users.flatMap((u): [number, number][] => {
          const [a, b] = [all.get(x)?.(u) ?? null, all.get(y)?.(u) ?? null];
          return a === null || b === null ? [] : [[a, b]];
        });
        const [xs, ys] = [ranks(pairs.map(([a]) => a)), ranks(pairs.map(([, b]) => b))];
        return {
          x,
          y,
          pearson: pearson(pairs),
          spearman: pearson(xs.map((rank, n) => [rank, ys[n] ?? 0])),
          customers: pairs.length,
        };
      }),
    );
  }

  private ownership(): ExpectedRow[] {
    const dimensions: readonly (readonly [string, readonly string[] | null, (u: User) => string | null])[] = [
      ["age_band", AGES, this.age],
      ["income_band", INCOMES, this.income],
      ["employment", null, this.employment],
      ["score_band", SCORES, this.score],
    ];
    const aged = this.users.filter((u) => u.age !== null);
    return dimensions.flatMap(([dimension, closed, of]) => {
      const names: (string | null)[] = [...(closed ?? [])];
      const extra = [...new Set(this.users.map(of))].filter((name) => name !== null && !names.includes(name));
      if (closed === null) names.push(...extra.toSorted());
      else names.unshift(...extra);
      if (this.users.some((u) => of(u) === null)) names.push(null);
      return names.map((segment) => {
        const inside = this.users.filter((u) => of(u) === segment);
        const n = inside.length;
        const holders = inside.filter((u) => this.credit(u).length > 0).length;
        const [low, high] = wilson(holders, n);
        let covered = 0;
        let weighted = 0;
        for (const band of new Set(aged.map(this.age))) {
          const weight = aged.filter((u) => this.age(u) === band).length / aged.length;
          const held = inside.filter((u) => this.age(u) === band).map((u) => this.held(u).length);
          if (held.length === 0) continue;
          covered += weight;
          weighted += weight * (mean(held) ?? 0);
        }
        return {
          dimension,
          segment,
          customers: n,
          cards_per_customer: mean(inside.map((u) => this.held(u).length)),
          valid_cards_per_customer: mean(inside.map((u) => this.held(u).filter(this.isValid).length)),
          share_with_credit_card: n === 0 ? null : holders / n,
          share_low: low,
          share_high: high,
          cards_per_customer_age_standardised:
            dimension === "age_band" || covered < 0.95 - 1e-12 ? null : weighted / covered,
          small: n < 30,
        };
      });
    });
  }

  private segmentRates(): ExpectedRow[] {
    type Value = (u: User) => number | null;
    const flag = (holds: boolean) => (holds ? 1 : 0);
    const rates: readonly (readonly [string, boolean, Value])[] = [
      ["cards_per_customer", false, (u) => this.held(u).length],
      ["valid_cards_per_customer", false, (u) => this.held(u).filter(this.isValid).length],
      ["share_with_credit_card", true, (u) => flag(this.credit(u).length > 0)],
      ["debt_to_income_mean", false, this.debtToIncome],
      ["share_high_debt", true, (u) => (this.debtToIncome(u) === null ? null : flag(this.isHighDebt(u)))],
      ["utilisation_mean", false, (u) => this.utilisation(u)],
      [
        "share_high_risk",
        true,
        (u) =>
          u.credit_score === null
            ? null
            : flag(u.credit_score < 580 || (u.credit_score < 670 && (this.debtToIncome(u) ?? 0) > 1)),
      ],
      ["share_premium", true, (u) => flag(this.isPremium(u))],
      ["share_assistance", true, (u) => flag(this.isAssistance(u))],
    ];
    const dimensions: readonly (readonly [string, readonly string[], (u: User) => string | null])[] = [
      ["age_band", AGES, this.age],
      ["income_band", INCOMES, this.income],
      ["employment", [], this.employment],
      ["score_band", SCORES, this.score],
      ["gender", [], (u) => u.gender],
    ];
    const aged = this.users.filter((u) => u.age !== null);
    return dimensions.flatMap(([dimension, closed, of]) => {
      const found = new Set(this.users.map(of));
      const open = [...found].filter((name) => name !== null && name !== "<18" && !closed.includes(name));
      const segments = [
        ...(found.has("<18") ? ["<18"] : []),
        ...closed,
        ...open.toSorted(),
        ...(found.has(null) ? [null] : []),
      ];
      return rates.flatMap(([rate, isShare, value]) =>
        segments.map((segment) => {
          const inside = this.users.filter((u) => of(u) === segment);
          const values = known(inside.map(value));
          const [low, high] = isShare ? wilson(total(values), values.length) : [null, null];
          let covered = 0;
          let weighted = 0;
          for (const band of new Set(aged.map(this.age))) {
            const weight = aged.filter((u) => this.age(u) === band).length / aged.length;
            const alike = mean(known(inside.filter((u) => this.age(u) === band).map(value)));
            if (alike === null) continue;
            covered += weight;
            weighted += weight * alike;
          }
          return {
            dimension,
            segment,
            rate,
            customers: inside.length,
            share_of_customers: this.users.length === 0 ? null : inside.length / this.users.length,
            known: values.length,
            raw: mean(values),
            raw_low: low,
            raw_high: high,
            age_standardised: dimension === "age_band" || covered < 0.95 - 1e-12 ? null : weighted / covered,
            small: values.length < 30,
          };
        }),
      );
    });
  }

  private rates(
    selection: string,
    dimension: string,
    of: (u: User) => string | null,
    test: (u: User) => boolean,
  ): ExpectedRow[] {
    const groups = [...new Set(this.users.map(of))].map((group) => {
      const inside = this.users.filter((u) => of(u) === group);
      const selected = inside.filter(test).length;
      return { group, selected, customers: inside.length, rate: selected / inside.length };
    });
    const named = groups.filter(({ group }) => group !== null);
    const large = named.filter(({ customers }) => customers >= 30);
    const [base] = (large.length > 0 ? large : named).toSorted(
      (a, b) => b.rate - a.rate || (String(a.group) < String(b.group) ? -1 : 1),
    );
    const place = (group: string | null) =>
      group === null ? 2 : dimension === "age_group" && !group.startsWith("under") ? 1 : 0;
    return groups
      .toSorted((a, b) => place(a.group) - place(b.group) || (String(a.group) < String(b.group) ? -1 : 1))
      .map((g) => {
        const ratio = g.group === null || base === undefined || base.rate === 0 ? null : g.rate / base.rate;
        const spread =
          ratio === null || base === undefined || g.group === base.group || g.selected === 0
            ? null
            : 1.959963984540054 *
              Math.sqrt(1 / g.selected - 1 / g.customers + 1 / base.selected - 1 / base.customers);
        return {
          selection,
          dimension,
          ...g,
          ratio,
          ratio_low: spread === null || ratio === null ? null : ratio * Math.exp(-spread),
          ratio_high: spread === null || ratio === null ? null : ratio * Math.exp(spread),
          small: g.customers < 30,
        };
      });
  }
}

/** The score interval as the roots of (p - k/n)² = z² p (1 - p) / n. */
export function wilson(k: number, n: number): [number | null, number | null] {
  if (n === 0) return [null, null];
  const zz = 1.959963984540054 ** 2;
  const [a, b, c] = [1 + zz / n, -(2 * k) / n - zz / n, (k / n) ** 2];
  const root = Math.sqrt(Math.max(b * b - 4 * a * c, 0));
  return [Math.max(0, (-b - root) / (2 * a)), Math.min(1, (-b + root) / (2 * a))];
}
