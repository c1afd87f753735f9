import { Random, runningTotals } from "../risk/random.ts";
import type { EventType, Operation } from "../schema/event.ts";
import type { MonthNumber } from "./calendar.ts";
import type { SampleCard } from "./card.ts";
import { type Customer, drawCustomer } from "./portfolio.ts";
import { cardData, customerData } from "./states.ts";

/** What happened to a subject; when, and with which number, is told by whoever asks. */
export interface Change {
  readonly type: EventType;
  readonly subject: string;
  readonly op: Operation;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A customer that something happened to. */
interface Account {
  customer: Customer;
  cards: SampleCard[];
  /** Number of the last card of this customer. */
  issued: number;
}

/** So many customers of a sample live through something at most: those are held in memory. */
const MOST_ACTIVE = 20_000;
/** One digit of a card's id counts the customer's cards. */
const MOST_CARDS = 9;
/** Nothing is bought for less. */
const SMALLEST_CENTS = 100;
/** The stream of draws that no customer has. */
const STREAM = -1;

const kinds = ["payment", "purchase", "card", "customer"] as const;
const kindTotals = runningTotals([22, 62, 9, 7]);
const cardKinds = ["limit", "replaced", "renewed", "closed", "opened"] as const;
const cardTotals = runningTotals([40, 20, 20, 8, 12]);
const customerKinds = ["score", "income", "debt", "default", "joins", "leaves"] as const;
const customerTotals = runningTotals([40, 20, 25, 2, 8, 5]);

const clamp = (low: number, high: number, value: number): number => Math.min(high, Math.max(low, value));

/** What happens to the customers of a sample after its month: a function of its seed and of nothing else. */
export class Activity {
  readonly #seed: number;
  readonly #customers: number;
  readonly #brief: boolean;
  readonly #random: Random;
  readonly #accounts = new Map<number, Account | null>();
  readonly #joined: number[] = [];
  /** What follows from what has happened: a customer leaves after the cards are closed. */
  readonly #following: Change[] = [];
  #next: number;

  constructor(seed: number, customers: number, brief: boolean) {
    this.#seed = seed;
    this.#customers = customers;
    this.#brief = brief;
    this.#random = new Random(seed, STREAM);
    this.#next = customers + 1;
  }

  next(month: MonthNumber): Change {
    for (;;) {
      const change = this.#following.shift() ?? this.#happen(month);
      if (change !== undefined) return change;
    }
  }

  /** Nothing where it met a customer who has left, or who has no card for it. */
  #happen(month: MonthNumber): Change | undefined {
    const account = this.#someone();
    const kind = kinds[this.#random.pick(kindTotals)];
    if (account === null) return this.#join();
    if (kind === "customer") return this.#customerChange(account);
    if (kind === "card") return this.#cardChange(account, month);
    return this.#spend(account, kind === "payment", month);
  }

  #someone(): Account | null {
    const active = Math.min(this.#customers, MOST_ACTIVE);
    const drawn = this.#random.below(active + this.#joined.length);
    const id = drawn < active ? drawn + 1 : (this.#joined[drawn - active] ?? 1);
    const known = this.#accounts.get(id);
    if (known !== undefined) return known;
    const account = this.#drawn(id);
    this.#accounts.set(id, account);
    return account;
  }

  #drawn(id: number): Account {
    const customer = drawCustomer(this.#seed, id);
    return { customer, cards: [...customer.cards], issued: customer.cards.length };
  }

  #spend({ cards }: Account, isPayment: boolean, month: MonthNumber): Change | undefined {
    const random = this.#random;
    const at = random.below(Math.max(1, cards.length));
    const card = cards[at];
    if (card === undefined || card.type !== "Credit") return undefined;
    const owed = card.balance_cents;
    const left = Math.floor(card.limit_usd * 105 - owed);
    let balance_cents: number;
    if (isPayment || left < SMALLEST_CENTS || card.expires < month) {
      if (owed <= 0) return undefined;
      balance_cents = random.chance(0.3) ? 0 : owed - Math.ceil(owed * (0.02 + 0.5 * random.uniform()));
    } else {
      const price = Math.round(100 * Math.exp(3.4 + 1.1 * random.normal()));
      balance_cents = owed + clamp(SMALLEST_CENTS, left, price);
    }
    cards[at] = { ...card, balance_cents };
    return balanceOf(card.card_id, balance_cents);
  }

  #cardChange(account: Account, month: MonthNumber): Change | undefined {
    const random = this.#random;
    const { cards } = account;
    const kind = cardKinds[random.pick(cardTotals)];
    if (kind === "opened") return this.#openCard(account, month);
    const at = random.below(Math.max(1, cards.length));
    const card = cards[at];
    if (card === undefined) return undefined;
    if (kind === "closed") {
      cards.splice(at, 1);
      return { type: "card", subject: String(card.card_id), op: "delete" };
    }
    const changed: SampleCard =
      kind === "limit"
        ? { ...card, limit_usd: raised(card.limit_usd, random) }
        : kind === "replaced"
          ? { ...card, has_chip: true }
          : { ...card, has_chip: true, expires: Math.max(card.expires, month) + 12 * random.between(3, 5) };
    cards[at] = changed;
    return this.#cardOf(changed);
  }

  #openCard(account: Account, month: MonthNumber): Change | undefined {
    const random = this.#random;
    const { customer, cards } = account;
    if (account.issued === MOST_CARDS || cards.length === 0) return undefined;
    // a number that was closed is not given again
    account.issued++;
    const card: SampleCard = {
      card_id: customer.person.user_id * 10 + account.issued,
      user_id: customer.person.user_id,
      brand: random.chance(0.6) ? "Visa" : "Mastercard",
      type: "Credit",
      limit_usd: 100 * random.between(5, 120),
      opened: month,
      expires: month + 12 * random.between(3, 5),
      balance_cents: 0,
      has_chip: true,
    };
    cards.push(card);
    this.#following.push(balanceOf(card.card_id, 0));
    return this.#cardOf(card);
  }

  #customerChange(account: Account): Change {
    const random = this.#random;
    const kind = customerKinds[random.pick(customerTotals)];
    if (kind === "joins") return this.#join();
    if (kind === "leaves") return this.#leave(account);
    const { customer } = account;
    const { person } = customer;
    const step = random.normal();
    account.customer =
      kind === "score"
        ? {
            ...customer,
            person: { ...person, credit_score: clamp(300, 850, person.credit_score + Math.round(15 * step)) },
          }
        : kind === "income"
          ? {
              ...customer,
              person: {
                ...person,
                income_usd: Math.max(5_001, Math.round(person.income_usd * Math.exp(0.03 + 0.08 * step))),
              },
            }
          : kind === "debt"
            ? {
                ...customer,
                total_debt_usd: Math.max(0, Math.round(customer.total_debt_usd * Math.exp(0.1 * step))),
              }
            : {
                ...customer,
                defaulted: true,
                person: {
                  ...person,
                  credit_score: Math.max(300, person.credit_score - random.between(40, 120)),
                },
              };
    return this.#customerOf(account.customer);
  }

  /** The customer that the sample would have if it were larger. */
  #join(): Change {
    const id = this.#next++;
    const account = this.#drawn(id);
    if (this.#joined.length < MOST_ACTIVE) {
      this.#joined.push(id);
      this.#accounts.set(id, account);
    }
    for (const card of account.cards)
      this.#following.push(this.#cardOf(card), balanceOf(card.card_id, card.balance_cents));
    return this.#customerOf(account.customer);
  }

  #leave({ customer, cards }: Account): Change {
    const { user_id } = customer.person;
    this.#accounts.set(user_id, null);
    const left: Change = { type: "customer", subject: String(user_id), op: "delete" };
    const closed = cards.map(
      ({ card_id }): Change => ({ type: "card", subject: String(card_id), op: "delete" }),
    );
    const [first = left, ...rest] = [...closed, left];
    this.#following.push(...rest);
    return first;
  }

  #cardOf = (card: SampleCard): Change => ({
    type: "card",
    subject: String(card.card_id),
    op: "upsert",
    data: cardData(card, this.#brief),
  });

  #customerOf = (customer: Customer): Change => ({
    type: "customer",
    subject: String(customer.person.user_id),
    op: "upsert",
    data: customerData(customer, this.#brief),
  });
}

const balanceOf = (card_id: number, cents: number): Change => ({
  type: "balance",
  subject: String(card_id),
  op: "upsert",
  data: { balance_usd: cents / 100 },
});

/** In hundreds, by a tenth to a half. */
const raised = (limit: number, random: Random): number =>
  Math.min(60_000, Math.max(limit + 100, 100 * Math.round((limit * (1.1 + 0.4 * random.uniform())) / 100)));
