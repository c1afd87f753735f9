import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnyAnalysis } from "../../src/analyses/analysis.ts";
import { analyses } from "../../src/analyses/index.ts";
import type { ResultRow } from "../../src/engines/engine.ts";
import { raw } from "../../src/sql/statement.ts";
import { portfolioWithOutcomes } from "./learnt.ts";
import { type Card, card, Desk, drop, ids, learnt, type User, user, without } from "./portfolio.ts";
import { Reference } from "./reference.ts";
import { assumptions } from "./reference-defaults.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
});
afterAll(() => desk[Symbol.asyncDispose]());

const sum = (rows: readonly ResultRow[], name: string) =>
  rows.reduce((total, row) => total + Number(row[name] ?? 0), 0);
const closeTo = (a: unknown, b: number) =>
  expect(Math.abs(Number(a) - b)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(b)));
const query = async (text: string) => (await desk.engine.query(raw(text))).rows;

const portfolio = portfolioWithOutcomes(1_200);
const known = portfolio.users.filter((u) => u.defaulted !== null);
const defaulted = known.filter((u) => u.defaulted);

describe("where enough customers defaulted", () => {
  beforeAll(async () => {
    await desk.load(portfolio);
  });

  it("says so: there are enough of them", () => {
    expect(defaulted.length).toBeGreaterThan(100);
    expect(desk.view.outcomes).toEqual({ known: known.length, defaults: defaulted.length });
  });

  it("ranks everyone once, the more probable the riskier, and bands by the bounds", async () => {
    const rows = await query("select * from default_profile order by risk_rank nulls last");
    expect(rows.map((row) => row["risk_rank"])).toEqual(portfolio.users.map((_, i) => i + 1));
    expect(new Set(rows.map((row) => row["user_id"])).size).toBe(portfolio.users.length);
    for (const [i, row] of rows.entries()) {
      const pd = Number(row["pd"]);
      expect(pd).toBeLessThanOrEqual(Number(rows[i - 1]?.["pd"] ?? 1));
      expect(row["band"]).toBe(
        pd >= 0.25 ? "very_high" : pd >= 0.1 ? "high" : pd >= 0.05 ? "moderate" : "low",
      );
      if (row["band"] === "low") expect(row["change"]).toBeNull();
    }
  });

  it("tells those who defaulted from the others, and names what cost them points", async () => {
    const rows = await desk.rows("default-watchlist");
    const rate =
      rows.filter((row) => known.find((u) => u.user_id === row["user_id"])?.defaulted).length / rows.length;
    expect(rate).toBeGreaterThan(defaulted.length / known.length);
    for (const row of rows.slice(0, 20)) {
      expect(row["reasons"]).toMatch(/utilisation|credit score/);
      expect(row["reasons"]).toMatch(/ points lost/);
      expect(`${row["reasons"]} ${row["change"]}`).not.toMatch(/gender|age\b|Female|Male/);
    }
    const one = portfolio.users.find((u) => u.credit_score === null);
    const [row] = await query(`select missing_inputs from default_profile where user_id = ${one?.user_id}`);
    expect(row?.["missing_inputs"]).toContain("credit score");
  });

  it("counts each customer once in bands and bins, and each default", async () => {
    for (const id of ["default-bands", "default-scores", "segments"] as const) {
      const rows = await desk.rows(id);
      expect(sum(rows, "customers"), id).toBe(portfolio.users.length);
      expect(sum(rows, "defaults"), id).toBe(defaulted.length);
    }
    const scores = await query("select score from default_profile");
    for (const row of await desk.rows("default-scores"))
      expect(row["customers"]).toBe(
        scores.filter(
          ({ score }) =>
            Number(score) >= Number(row["low"] ?? Number.NEGATIVE_INFINITY) &&
            Number(score) < Number(row["high"] ?? Number.POSITIVE_INFINITY),
        ).length,
      );
    for (const row of await desk.rows("default-cut-offs")) {
      const selected = scores.filter(({ score }) => Number(score) >= Number(row["score"])).length;
      expect(row).toMatchObject({ selected, customers_beyond: scores.length - selected });
    }
  });

  it("says of each candidate what adds up to all customers with an outcome", async () => {
    for (const row of await desk.rows("model-validation"))
      expect(row).toMatchObject({ customers: known.length, defaults: defaulted.length });
    const calibration = await desk.rows("model-calibration");
    for (const model of new Set(calibration.map((row) => row["model"]))) {
      const own = calibration.filter((row) => row["model"] === model);
      expect([sum(own, "customers"), sum(own, "defaults")]).toEqual([known.length, defaulted.length]);
      for (const row of own) closeTo(row["rate"], Number(row["defaults"]) / Number(row["customers"]));
    }
    const gains = await desk.rows("model-gains");
    for (const row of gains.filter((one) => Number(one["share_customers"]) === 1))
      expect(row).toMatchObject({ share_defaults: 1, lift: 1 });
    const points = await desk.rows("model-characteristics");
    for (const input of new Set(points.map((row) => row["input"]))) {
      const own = points.filter((row) => row["input"] === input);
      expect([sum(own, "customers"), sum(own, "defaults")], String(input)).toEqual([
        known.length,
        defaulted.length,
      ]);
    }
    const inputs = await desk.rows("model-inputs");
    expect(inputs.find((row) => row["input"] === "credit_score")?.["missing"]).toBe(
      known.filter((u) => u.credit_score === null).length,
    );
    expect(inputs.map((row) => row["input"])).not.toContain("age");
    for (const dimension of ["gender", "age_group"])
      expect(
        sum(
          (await desk.rows("model-fairness")).filter((row) => row["dimension"] === dimension),
          "customers",
        ),
      ).toBe(known.length);
  });

  it("loses what the model's probabilities say", async () => {
    const reference = new Reference(portfolio);
    const pds = new Map(
      (await query("select user_id, pd, band from default_profile")).map((row) => [row["user_id"], row]),
    );
    for (const row of await desk.rows("expected-loss")) {
      const exposed = portfolio.users.flatMap((u) => {
        const balance = reference.balance(u);
        const limit = reference.limit(reference.validCredit(u));
        const own = pds.get(u.user_id);
        return balance === null || limit === null || own?.["band"] !== row["band"]
          ? []
          : [{ pd: Number(own?.["pd"]), ead: balance + 0.5 * Math.max(limit - balance, 0) }];
      });
      expect(row["customers_exposed"]).toBe(exposed.length);
      closeTo(
        row["expected_loss_usd"],
        exposed.reduce((all, { pd, ead }) => all + pd * 0.6 * ead, 0),
      );
      if (exposed.length > 0) expect(row["pd_from"]).toBe("model");
    }
    const table = await desk.rows("expected-loss-sensitivity");
    const base = table.find(
      (row) => row["pd_factor"] === 1 && row["lgd_factor"] === 1 && row["ccf_factor"] === 1,
    );
    closeTo(base?.["expected_loss_usd"], sum(await desk.rows("expected-loss"), "expected_loss_usd"));
  });

  it("needs nothing but the loss given default and the conversion factor for a loss", async () => {
    await desk.load(portfolio, { settings: {} });
    expect(desk.refuses("expected-loss")).toBe(
      "the loss given default and the conversion factor are yours to say: --set expected_loss.lgd=… --set expected_loss.ccf=… (each from 0 to 1)",
    );
    await desk.load(portfolio, { settings: { "expected_loss.lgd": 0.6, "expected_loss.ccf": 0.5 } });
    expect(desk.refuses("expected-loss")).toBeUndefined();
  });

  it("says the same of the same customers in another order", { timeout: 60_000 }, async () => {
    const rows = async () => {
      const all: Record<string, unknown> = {};
      for (const id of [...learnt, "default-watchlist", "default-cut-offs"] as const)
        all[id] = await desk.rows(id);
      return JSON.parse(JSON.stringify(all), (_, value) =>
        typeof value === "number" ? Number(value.toPrecision(9)) : value,
      );
    };
    await desk.load(portfolio);
    const ordered = await rows();
    await desk.load({ users: portfolio.users.toReversed(), cards: portfolio.cards.toReversed() });
    expect(await rows()).toEqual(ordered);
  });

  describe("a row that is there twice", () => {
    beforeAll(async () => {
      await desk.load(portfolio);
    });
    it.each(learnt)("breaks an invariant of %s", async (id) => {
      const { rows } = await desk.run(id);
      const analysis: AnyAnalysis = analyses[id];
      expect(Object.values(analysis.invariants([...rows, ...rows.slice(0, 1)]))).toContain(false);
    });
  });
});

it("adds up the cards of a customer to the same amount in any order", async () => {
  const balances = [0.1, 0.2, 0.3];
  const cards = balances.map((balance_usd, i) =>
    card(i + 1, 1, {
      type: "credit",
      credit_limit_usd: 100,
      balance_usd,
      opened_on: "2012-05-01",
      expires_on: "2030-08-01",
    }),
  );
  const held = async (of: readonly Card[]) => {
    await desk.load({ users: [user(1)], cards: of });
    const { rows } = await desk.engine.query(
      raw("select balance_valid_usd, utilisation from customer_profile"),
    );
    return rows[0];
  };
  expect(await held(cards)).toEqual({ balance_valid_usd: 0.6, utilisation: 0.6 / 300 });
  expect(await held(cards.toReversed())).toEqual(await held(cards));
});

describe("where few customers defaulted", () => {
  const few = {
    ...portfolio,
    users: portfolio.users.map((u, i): User => ({ ...u, defaulted: i < 200 ? u.defaulted : false })),
  };
  const defaults = few.users.filter((u) => u.defaulted).length;
  beforeAll(async () => {
    await desk.load(few, { settings: {} });
  });

  it("ranks without a probability", async () => {
    expect(defaults).toBeGreaterThanOrEqual(20);
    expect(defaults).toBeLessThan(100);
    const rows = await query("select * from default_profile order by risk_rank nulls last");
    expect(rows.every((row) => row["pd"] === null && row["model"] === "ranking")).toBe(true);
    const worst = rows.filter((row) => row["band"] === "very_high").length;
    expect(Math.abs(worst / rows.length - 0.1)).toBeLessThan(0.02);
    expect((await desk.run("default-watchlist")).insight).toContain("an order, no probability");
  });

  it("says why there is no probability, and whose it is to say", () => {
    expect(desk.refuses("model-calibration")).toBe(
      `with fewer than 100 defaults, or others, a model ranks and gives no probability (${defaults} of ${few.users.filter((u) => u.defaulted !== null).length.toLocaleString("en-US")} defaulted)`,
    );
    expect(desk.refuses("expected-loss")).toContain("--set expected_loss.pd_very_high=…");
    expect(desk.refuses("model-validation")).toBeUndefined();
  });

  it("says whom the fairness screen looks at where there is no probability to cut at", async () => {
    const { insight } = await desk.run("model-fairness");
    expect(insight).toMatch(
      /^Without the riskiest \d+\.\d% the lowest ratio is .*: a screen, not a verdict\.$/,
    );
  });

  it("writes amounts of money as such where they cost points", async () => {
    const reasons = (await desk.rows("default-watchlist")).map((row) => String(row["reasons"])).join("; ");
    expect(reasons).toMatch(/(annual income|total debt|balance|credit limit) \$[\d,.]+: /);
    expect(reasons).not.toMatch(/(annual income|total debt|balance|credit limit) \d/);
  });

  it("calls itself an association wherever it ranks", async () => {
    for (const id of ["default-bands", "default-watchlist", "model-validation"] as const)
      expect((await desk.run(id)).insight).toContain("(association, not forecast)");
  });

  it("loses by the probabilities that are given for the bands", async () => {
    await desk.load(few);
    const rows = await desk.rows("expected-loss");
    expect(rows.map((row) => row["pd"])).toEqual(
      ["pd_low", "pd_moderate", "pd_high", "pd_very_high"].map((name) =>
        expect.closeTo(Number(Object.entries(assumptions).find(([key]) => key.endsWith(name))?.[1]), 9),
      ),
    );
    expect(rows.every((row) => row["pd_from"] === "given")).toBe(true);
  });
});

describe("where no model can be had", () => {
  it("says that the outcome is missing, or that too few defaulted", async () => {
    await desk.load(drop(portfolio, "users.defaulted"), { inputs: without("users.defaulted") });
    for (const id of ids.filter((name) => name.startsWith("model-")))
      expect(desk.refuses(id)).toBe("no users.defaulted in the files");
    await desk.load({
      ...portfolio,
      users: portfolio.users.map((u) => ({ ...u, defaulted: u.user_id === 1 })),
    });
    for (const id of ids.filter((name) => name.startsWith("model-")))
      expect(desk.refuses(id)).toBe(
        "a model needs 20 customers who defaulted and 20 who did not (1 of 1,200 defaulted)",
      );
    expect((await desk.rows("default-watchlist"))[0]).toMatchObject({ model: "expert card", pd: null });
  });

  it("falls back to the expert card where what there is gives the outcome away", async () => {
    // the score is a copy of the outcome, and nothing else is known
    const users = portfolio.users.map((u) =>
      user(u.user_id, { credit_score: u.defaulted ? 400 : 800, defaulted: u.defaulted === true }),
    );
    await desk.load({ users, cards: [] });
    expect((await desk.rows("default-watchlist"))[0]).toMatchObject({ model: "expert card", pd: null });
    await expect(desk.run("model-validation")).rejects.toMatchObject({
      code: "NOT_COMPUTABLE",
      message: expect.stringMatching(/no input is left to learn from: .*credit_score/),
    });
  });
});

describe("segments", () => {
  /** Two kinds of customers: those who use all of a low limit, and those who hardly use a high one. */
  const kinds = (age: (i: number) => number) => {
    const users: User[] = [];
    const cards: Card[] = [];
    for (let i = 1; i <= 300; i++) {
      const isTight = i % 3 === 0;
      const wobble = (i * 37) % 100;
      users.push(
        user(i, {
          age: age(i),
          gender: age(i) % 2 === 0 ? "Female" : "Male",
          credit_score: (isTight ? 540 : 760) + (wobble % 20),
          annual_income_usd: (isTight ? 22_000 : 90_000) + wobble * 20,
          total_debt_usd: (isTight ? 30_000 : 20_000) + wobble * 10,
        }),
      );
      const limit = isTight ? 2_000 : 20_000;
      cards.push(
        card(i, i, {
          type: "credit",
          credit_limit_usd: limit,
          balance_usd: Math.round(limit * ((isTight ? 0.9 : 0.1) + wobble / 2_000)),
          opened_on: "2012-05-01",
          expires_on: "2023-08-01",
        }),
      );
    }
    return { users, cards };
  };
  const members = () => query("select user_id, segment from segment_profile order by user_id nulls last");

  it("finds groups that are apart, and names them by what sets them apart", async () => {
    await desk.load(kinds(() => 40));
    const rows = await desk.rows("segments");
    expect(rows.map((row) => row["customers"])).toEqual([200, 100]);
    expect(Number(rows[0]?.["silhouette"])).toBeGreaterThan(0.7);
    expect(Number(rows[0]?.["agreement"])).toBeGreaterThan(0.99);
    expect(rows[1]?.["segment"]).toMatch(
      /high utilisation|low (annual income|credit score|credit limit)|high debt/,
    );
    const tight = await query(
      "select count(*) as n from segment_profile where mod(user_id, 3) = 0 and position = 2",
    );
    expect(tight[0]?.["n"]).toBe(100);
  });

  it("takes no notice of age and gender", async () => {
    await desk.load(kinds(() => 40));
    const before = await members();
    await desk.load(kinds((i) => 20 + ((i * 7) % 60)));
    expect(await members()).toEqual(before);
  });

  it("says that a few customers make no segments", async () => {
    await desk.load({ users: [user(1, { credit_score: 600 }), user(2, { credit_score: 700 })], cards: [] });
    await expect(desk.run("segments")).rejects.toMatchObject({
      code: "NOT_COMPUTABLE",
      message: "no segments of 2 customers",
    });
  });
});
