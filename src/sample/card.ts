import { type Random, runningTotals } from "../risk/random.ts";
import { type MonthNumber, SNAPSHOT } from "./calendar.ts";
import { comingOfAge, type Person } from "./customer.ts";

export type CardType = "Credit" | "Debit" | "Debit (Prepaid)";

export interface SampleCard {
  readonly card_id: number;
  readonly user_id: number;
  readonly brand: string;
  readonly type: CardType;
  readonly limit_usd: number;
  readonly opened: MonthNumber;
  readonly expires: MonthNumber;
  readonly balance_cents: number;
  readonly has_chip: boolean;
}

/** One digit of the card's id counts the customer's cards. */
const MOST_CARDS = 9;

const creditBrands = ["Visa", "Mastercard", "Amex", "Discover"];
const creditBrandTotals = runningTotals([46, 30, 14, 10]);
/** Months since the oldest account was opened. */
const LONGEST = 480;
/** Years a plastic is valid for. */
const terms = [3, 4, 5];
const termTotals = runningTotals([2, 3, 5]);

const clamp = (low: number, high: number, value: number): number => Math.min(high, Math.max(low, value));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export function drawCards(person: Person, random: Random): SampleCard[] {
  const count = drawCount(person, random);
  return Array.from({ length: count }, (_, i) => drawCard(person, i + 1, count, random));
}

/** None for 3 %, else one and a truncated Poisson that grows with age and score. */
function drawCount(person: Person, random: Random): number {
  if (random.chance(0.03)) return 0;
  const mean = clamp(
    0.6,
    3.4,
    2.05 + 0.025 * (Math.min(person.age, 60) - 45) + 0.004 * (person.credit_score - 700),
  );
  const draw = random.uniform();
  let probability = Math.exp(-mean);
  let total = probability;
  let further = 0;
  while (draw > total && further < MOST_CARDS - 1) {
    further++;
    probability *= mean / further;
    total += probability;
  }
  return 1 + further;
}

function drawCard(person: Person, nth: number, count: number, random: Random): SampleCard {
  const type = drawType(person, random);
  const brand =
    type === "Credit"
      ? (creditBrands[random.pick(creditBrandTotals)] ?? "Visa")
      : random.chance(0.62)
        ? "Visa"
        : "Mastercard";
  const { opened, expires } = drawMonths(comingOfAge(person), random);
  const limit_usd = drawLimit(person, type, count, random);
  const expired = expires < SNAPSHOT;
  return {
    card_id: person.user_id * 10 + nth,
    user_id: person.user_id,
    brand,
    type,
    limit_usd,
    opened,
    expires,
    balance_cents: type === "Credit" ? drawBalance(person, limit_usd, expired, random) : 0,
    has_chip: !random.chance(0.015 + (expired ? 0.04 : 0) + (SNAPSHOT - opened > 120 ? 0.04 : 0)),
  };
}

function drawType(person: Person, random: Random): CardType {
  const poor = person.credit_score < 580;
  const credit = poor || person.employment === "Student" ? 0.4 : 0.62;
  const prepaid = poor ? 0.2 : 0.06;
  const draw = random.uniform();
  if (draw < credit) return "Credit";
  return draw < credit + prepaid ? "Debit (Prepaid)" : "Debit";
}

/** An account is renewed term after term; the ones that were not renewed last expired a term or more ago. */
function drawMonths(earliest: MonthNumber, random: Random): { opened: MonthNumber; expires: MonthNumber } {
  const age = Math.floor(-84 * Math.log(random.uniform()));
  const room = Math.min(SNAPSHOT - earliest, LONGEST);
  // The remainder keeps the shape where a cut-off would pile accounts up on the eighteenth birthday.
  const opened = SNAPSHOT - (age % (room + 1));
  const term = 12 * (terms[random.pick(termTotals)] ?? 5);
  const renewals = Math.ceil(Math.max(1, SNAPSHOT - opened) / term);
  const lapsed = random.chance(0.37) ? (random.chance(0.2) ? 2 : 1) : 0;
  return { opened, expires: opened + term * Math.max(1, renewals - lapsed) };
}

function drawLimit(person: Person, type: CardType, count: number, random: Random): number {
  const noise = random.normal();
  if (type === "Debit") return 100 * Math.round(clamp(3, 50, 15 * Math.exp(0.5 * noise)));
  if (type === "Debit (Prepaid)") return 10 * Math.round(clamp(3, 100, 20 * Math.exp(0.6 * noise)));
  const share = 0.26 * Math.exp(0.0055 * (person.credit_score - 700) + 0.45 * noise);
  return 100 * Math.round(clamp(300, 60_000, (person.income_usd * share) / Math.sqrt(count)) / 100);
}

function drawBalance(person: Person, limit: number, expired: boolean, random: Random): number {
  const dormant = random.chance(expired ? 0.8 : 0.12);
  const use = sigmoid(-1.7 + 1.8 * (0.85 * person.appetite + 0.53 * random.normal()));
  const over = use > 0.85 && random.chance(0.35) ? 1.02 + 0.2 * random.uniform() : 1;
  return dormant ? 0 : Math.round(limit * 100 * Math.min(use * over, 1.2));
}
