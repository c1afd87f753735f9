import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../src/risk/random.ts";
import { firstDay, monthNumber, monthText, SNAPSHOT } from "../../src/sample/calendar.ts";
import { drawCustomer } from "../../src/sample/portfolio.ts";

const seeds = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const ids = fc.integer({ min: 1, max: 10_000_000 });
const always = (check: (customer: ReturnType<typeof drawCustomer>) => void) =>
  fc.assert(
    fc.property(seeds, ids, (seed, id) => {
      for (let i = 0; i < 20; i++) check(drawCustomer(seed, id + i));
    }),
    { numRuns: 200 },
  );

describe("every customer of every seed", () => {
  it("is as old as the birth month says at the snapshot", () =>
    always(({ person }) => {
      const months = 2025 * 12 + 5 - (person.birth_year * 12 + person.birth_month - 1);
      expect(Math.floor(months / 12)).toBe(person.age);
      expect(person.age).toBeGreaterThanOrEqual(18);
      expect(person.age).toBeLessThanOrEqual(90);
      expect(person.birth_month).toSatisfy((month: number) => month >= 1 && month <= 12);
    }));

  it("has plausible figures", () =>
    always(({ person, total_debt_usd }) => {
      expect(person.income_usd).toBeGreaterThanOrEqual(5_000);
      expect(person.income_usd).toBeLessThanOrEqual(10_000_000);
      expect(person.credit_score).toBeGreaterThanOrEqual(300);
      expect(person.credit_score).toBeLessThanOrEqual(850);
      expect(person.retirement_age).toBeGreaterThanOrEqual(60);
      expect(person.retirement_age).toBeLessThanOrEqual(70);
      for (const figure of [person.income_usd, person.credit_score, total_debt_usd, person.user_id])
        expect(Number.isSafeInteger(figure)).toBe(true);
    }));

  it("is retired only from the retirement age on, and a student only while young", () =>
    always(({ person }) => {
      if (person.employment === "Retired") expect(person.age).toBeGreaterThanOrEqual(person.retirement_age);
      if (person.employment === "Student") expect(person.age).toBeLessThan(35);
      if (person.age >= person.retirement_age)
        expect(["Retired", "Employed", "Self-Employed"]).toContain(person.employment);
    }));

  it("owes at least what the cards owe", () =>
    always(({ cards, total_debt_usd }) => {
      const cents = cards.reduce((sum, card) => sum + card.balance_cents, 0);
      expect(total_debt_usd * 100).toBeGreaterThanOrEqual(cents);
    }));

  it("has cards opened of age, before the snapshot and before they expire", () =>
    always(({ person, cards }) => {
      expect(cards.length).toBeLessThanOrEqual(9);
      for (const card of cards) {
        expect(card.opened).toBeLessThanOrEqual(SNAPSHOT);
        expect(card.opened).toBeGreaterThanOrEqual(monthNumber(person.birth_year + 18, person.birth_month));
        expect(card.expires).toBeGreaterThan(card.opened);
        expect(card.expires).toBeLessThanOrEqual(SNAPSHOT + 60);
      }
    }));

  it("has limits and balances that fit the card's type", () =>
    always(({ cards }) => {
      for (const { type, brand, limit_usd, balance_cents } of cards) {
        expect(limit_usd).toBeGreaterThan(0);
        expect(balance_cents).toBeGreaterThanOrEqual(0);
        expect(balance_cents).toBeLessThanOrEqual(limit_usd * 120);
        if (type === "Credit") expect(limit_usd % 100).toBe(0);
        else {
          expect(balance_cents).toBe(0);
          expect(limit_usd).toBeLessThanOrEqual(type === "Debit" ? 5_000 : 1_000);
          expect(["Visa", "Mastercard"]).toContain(brand);
        }
      }
    }));

  it("owns its cards, and no two cards share an id", () => {
    const cards = Array.from({ length: 3_000 }, (_, i) => drawCustomer(3, i + 1)).flatMap(
      ({ person, cards }) => {
        for (const card of cards) expect(card.user_id).toBe(person.user_id);
        return cards;
      },
    );
    expect(new Set(cards.map((card) => card.card_id)).size).toBe(cards.length);
  });
});

describe("a customer", () => {
  it("depends on seed and id alone", () =>
    fc.assert(
      fc.property(seeds, ids, (seed, id) => {
        const alone = drawCustomer(seed, id);
        drawCustomer(seed, id + 1);
        expect(drawCustomer(seed, id)).toEqual(alone);
      }),
    ));

  it("differs between ids, and between seeds in either half of their bits", () => {
    const income = (seed: number, id: number) => drawCustomer(seed, id).person.income_usd;
    const drawn = [income(1, 1), income(1, 2), income(2, 1), income(1 + 2 ** 32, 1), income(-1, 1)];
    expect(new Set(drawn).size).toBe(drawn.length);
  });
});

describe("random numbers", () => {
  it("are uniform, normal and unrelated between neighbouring streams", () => {
    const streams = Array.from({ length: 40_000 }, (_, i) => new Random(5, i + 1));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const uniform = streams.map((stream) => stream.uniform());
    const normal = streams.map((stream) => stream.normal());
    expect(mean(uniform)).toBeCloseTo(0.5, 2);
    expect(mean(uniform.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
    expect(Math.abs(mean(normal))).toBeLessThan(0.02);
    expect(mean(normal.map((value) => value ** 2))).toBeCloseTo(1, 1);
    expect(
      Math.abs(mean(uniform.slice(1).map((value, i) => (value - 0.5) * ((uniform[i] ?? 0) - 0.5)))),
    ).toBeLessThan(0.002);
  });

  it("reach both ends of a range", () => {
    const random = new Random(1, 1);
    const drawn = Array.from({ length: 1_000 }, () => random.between(1, 12));
    expect(new Set(drawn)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
  });
});

describe("months", () => {
  it("have the first day that the calendar of the platform has", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1800, max: 2200 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
        expect(firstDay(monthNumber(year, month)) * 86_400_000).toBe(Date.UTC(year, month - 1));
      }),
    ));

  it("are written as month and year", () => {
    expect(monthText(monthNumber(2027, 12))).toBe("12/2027");
    expect(monthText(monthNumber(2009, 1))).toBe("01/2009");
    expect(monthText(SNAPSHOT)).toBe("06/2025");
  });
});
