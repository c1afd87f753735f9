import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPortfolio, type Portfolio } from "../../src/portfolio/portfolio.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { hasShared, sources } from "../acceptance/shared.ts";

describe("the sample", () => {
  let folder: string;
  let files: readonly string[];
  let portfolio: Portfolio;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cardscope-predict-"));
    const { users, cards } = await writeSample(folder, {
      customers: 2_500,
      seed: 7,
      format: "csv",
      brief: false,
    });
    files = [users, cards];
    portfolio = await openPortfolio(files, {
      settings: { "expected_loss.lgd": 0.6, "expected_loss.ccf": 0.5 },
    });
  }, 120_000);
  afterAll(async () => {
    await portfolio.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("is predicted by a model of its own, which is trained once", async () => {
    const model = await portfolio.model();
    expect(await portfolio.model()).toBe(model);
    expect(model).toMatchObject({
      champion: "scorecard",
      customers: portfolio.outcomes.known,
      defaults: portfolio.outcomes.defaults,
      outcome: { kind: "association, not forecast", definition: null, window: null },
    });
    const barred =
      /^(age|birth|gender|marital|retirement|employment|latitude|longitude|city|state|area_income)/;
    expect(model.inputs.filter(({ name }) => barred.test(name))).toEqual([]);
    const { rows } = await portfolio.run("model-validation");
    expect(rows.find(({ metric, is_champion: isIt }) => isIt && metric === "AUC")?.value).toBe(
      model.performance[0]?.auc.value,
    );
  });

  it("stops a training that is interrupted, and trains again when asked", { timeout: 60_000 }, async () => {
    await using other = await openPortfolio(files);
    const learning = other.model();
    // the next turn of the event loop: training yields many times before it ends
    setImmediate(() => other.interrupt());
    await expect(learning).rejects.toThrow();
    expect((await other.model()).champion).toBe("scorecard");
  });

  it("answers every analysis of predictions, and a query of its tables", { timeout: 60_000 }, async () => {
    const ids = ["default-watchlist", "expected-loss", "segments", "model-validation"] as const;
    const { results, notComputable } = await portfolio.findings(ids);
    expect(results.map(({ analysis }) => analysis.id).sort()).toEqual([...ids].sort());
    expect(notComputable).toEqual([]);
    const { rows } = await portfolio.query("select count(*) as n from default_profile where pd > 0.5");
    expect(Number(rows[0]?.["n"])).toBeGreaterThanOrEqual(0);
    expect(portfolio.whyNot("expected-loss")).toBeUndefined();
  });
});

describe.skipIf(!hasShared)("the case study, without balances and outcomes", () => {
  let portfolio: Portfolio;
  beforeAll(async () => {
    portfolio = await openPortfolio(sources["case-study"]);
  }, 120_000);
  afterAll(() => portfolio.close());

  it("is ranked by the expert card, which says that utilisation is missing", async () => {
    const { rows, insight } = await portfolio.run("default-watchlist");
    expect(rows).toHaveLength(200);
    for (const row of rows)
      expect(row).toMatchObject({
        model: "expert card",
        pd: null,
        utilisation: null,
        missing_inputs: "utilisation",
      });
    expect(insight).toMatch(
      /not validated on your data: an order, no probability\. .*do not tell utilisation/,
    );
  });

  it("says why it has no model and no expected loss", async () => {
    await expect(portfolio.model()).rejects.toMatchObject({ code: "NOT_COMPUTABLE" });
    expect(portfolio.whyNot("model-validation")).toBe("no users.defaulted in the files");
    expect(portfolio.whyNot("expected-loss")).toBe("no cards.balance_usd in the files");
    const { notComputable } = await portfolio.findings(["model-gains", "default-bands"]);
    expect(notComputable).toEqual([{ id: "model-gains", because: "no users.defaulted in the files" }]);
  });
});
