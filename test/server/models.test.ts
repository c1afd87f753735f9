import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wholePortfolio } from "../../src/explore/look.ts";
import { borrowersOf } from "../../src/models/borrowers.ts";
import { parseModel } from "../../src/portfolio/model-file.ts";
import type { Model } from "../../src/risk/model.ts";
import type { DefaultRiskAnswer, ModelAnswer, ValidationAnswer } from "../../src/server/routes/models.ts";
import { raw } from "../../src/sql/statement.ts";
import { type Folder, openFolder } from "../ingest/folder.ts";
import { type Dashboard, openDashboard } from "./dashboard.ts";

/** Enough customers for a model with probabilities, and a portfolio whose outcomes nobody knows. */
let known: Dashboard;
let unknown: Dashboard;
let folder: Folder;
beforeAll(async () => {
  folder = await openFolder();
  const users = Array.from(
    { length: 40 },
    (_, i) => `${i + 1},${500 + i * 8},${i === 7 ? "" : 20_000 + i * 1_500},${i * 2_000}`,
  );
  const cards = Array.from(
    { length: 40 },
    (_, i) => `${i + 1},${i + 1},Visa,Credit,12/2030,09/2012,${(i + 1) * 500}`,
  );
  [known, unknown] = await Promise.all([
    openDashboard({ customers: 4_000 }),
    openDashboard({
      files: [
        await folder.file("users.csv", `id,credit_score,yearly_income,total_debt\n${users.join("\n")}\n`),
        await folder.file(
          "cards.csv",
          `card_id,client_id,card_brand,card_type,expires,acct_open_date,credit_limit\n${cards.join("\n")}\n`,
        ),
      ],
      asOf: "2020-02-29",
    }),
  ]);
});
afterAll(async () => {
  await known?.[Symbol.asyncDispose]();
  await unknown?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const get = async <T>({ url }: Dashboard, path: string): Promise<T> =>
  (await (await fetch(`${url}/api${path}`)).json()) as T;
const post = ({ url }: Dashboard, path: string, body: string) =>
  fetch(`${url}/api${path}`, { method: "POST", headers: { "content-type": "application/json" }, body });
const failed = async (response: Response) =>
  ((await response.json()) as { error: { code: string; message: string } }).error;
const rows = async ({ desk }: Dashboard, text: string) =>
  (await desk.explorer.at(wholePortfolio, ({ engine }) => engine.query(raw(text)))).rows;
const trained = async (): Promise<[Model, string]> => {
  const text = await (await fetch(`${known.url}/api/model/model.json`)).text();
  return [parseModel(text, "model.json"), text];
};

describe("the model of a portfolio with outcomes", () => {
  it("is told with its label, its outcome and how well it does, and is the one that can be taken away", async () => {
    const model = await get<ModelAnswer>(known, "/model");
    const [file] = await trained();
    const [counted] = await rows(
      known,
      "select count(defaulted) as known, count(*) filter (where defaulted) as defaults from users",
    );
    expect(model).toMatchObject({
      kind: "fitted",
      label: "association, not forecast",
      customers: Number(counted?.["known"]),
      defaults: Number(counted?.["defaults"]),
      outcome: { column: "defaulted", definition: null, observed_on: null, window: null },
    });
    expect(model.performance?.auc).toEqual(file.performance[0]?.auc);
    expect(model.because).toBe(file.champion_because);
    const barred = model.left_out.filter(({ reason }) => reason === "barred").map(({ column }) => column);
    expect(barred).toEqual(expect.arrayContaining(["age", "gender", "latitude"]));
    expect(file.inputs.map(({ name }) => name)).not.toEqual(expect.arrayContaining(["age"]));
  });

  it("comes as a file of each kind", async () => {
    const begins: Readonly<Record<string, readonly [type: RegExp, content: RegExp]>> = {
      "model.json": [/^application\/json/, /"format": "cardscope-model"/],
      "score.sql": [/^application\/sql/, /select/],
      "card.md": [/^text\/markdown/, /^# /],
      "card.html": [/^text\/html/, /^<!doctype html>/i],
      "card.xlsx": [/spreadsheetml/, /^PK/],
    };
    const model = await get<ModelAnswer>(known, "/model");
    expect(model.files.map(({ name }) => name)).toEqual(Object.keys(begins));
    for (const [name, [type, content]] of Object.entries(begins)) {
      const response = await fetch(`${known.url}/api/model/${name}`);
      expect(response.status, name).toBe(200);
      expect(response.headers.get("content-type"), name).toMatch(type);
      expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${name}"`);
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect((await response.text()).slice(0, 3_000), name).toMatch(content);
    }
    expect((await fetch(`${known.url}/api/model/passwd`)).status).toBe(400);
  });

  it("scores by its SQL as the page shows it", async () => {
    const sql = await (await fetch(`${known.url}/api/model/score.sql`)).text();
    const scored = await rows(
      known,
      `select count(*) as n, max(abs(s.pd - p.pd)) as far, max(abs(s.score - p.score)) as points
      from (${sql.replace(/;\s*$/, "")}\n) s join default_profile p on cast(p.user_id as varchar) = cast(s.key as varchar)`,
    );
    expect(scored[0]?.["n"]).toBe(4_000);
    expect(Number(scored[0]?.["far"])).toBeLessThan(1e-9);
    expect(Number(scored[0]?.["points"])).toBeLessThan(1e-9);
  });
});

describe("one customer's risk", () => {
  it("is the row of all customers, whatever is selected", async () => {
    const [worst] = await rows(known, "select * from default_profile where risk_rank = 1");
    const id = worst?.["user_id"];
    for (const look of ["", "?score=800..", "?grain=cards&state=CA"]) {
      const risk = await get<DefaultRiskAnswer>(known, `/customers/${id}/default-risk${look}`);
      expect(risk, look).toMatchObject({
        kind: "fitted",
        label: "association, not forecast",
        rank: 1,
        customers: 4_000,
        band: worst?.["band"],
        pd: worst?.["pd"],
        score: worst?.["score"],
        change: worst?.["change"],
        reasons: String(worst?.["reasons"]).split("; "),
      });
      expect(risk.reasons[0]).toMatch(/ of \d+ points lost$/);
    }
    const response = await fetch(`${known.url}/api/customers/nobody/default-risk`);
    expect([response.status, (await failed(response)).code]).toEqual([404, "NOT_FOUND"]);
  });

  it("is that of the expert card where nobody's outcome is known, with what is missing named", async () => {
    const risk = await get<DefaultRiskAnswer>(unknown, "/customers/8/default-risk");
    expect(risk).toMatchObject({
      kind: "expert",
      name: "Expert card",
      label: "not validated on your data",
      customers: 40,
      pd: null,
      reference_rate: 0.284,
    });
    // income is missing of this customer, and with it debt to income; balances of all
    expect(risk.missing_inputs).toEqual(["utilisation", "debt to income", "annual income"]);
    expect(risk.caveat).toContain("no adverse-action reasons");
    expect(risk.reference_caption).toContain("Federal Reserve");
    const heavier = await get<DefaultRiskAnswer>(
      unknown,
      "/customers/1/default-risk?set.expert_card.weight_income=1000",
    );
    expect(heavier.reasons[0]).toMatch(/^annual income/);
  });
});

describe("a portfolio whose outcomes nobody knows", () => {
  it("says why no model is fitted, and has none to take away", async () => {
    const model = await get<ModelAnswer>(unknown, "/model");
    expect(model).toMatchObject({ kind: "expert", customers: 40, performance: null, files: [] });
    expect(model.because).toContain("do not say who defaulted");
    const response = await fetch(`${unknown.url}/api/model/model.json`);
    expect(response.status).toBe(422);
    expect((await failed(response)).message).toMatch(/^there is no trained model/);
  });
});

describe("a model that is sent", () => {
  it("has not shifted against the customers it learnt from", async () => {
    const [model, text] = await trained();
    const response = await post(known, "/model/validate", text);
    const found = (await response.json()) as ValidationAnswer;
    expect(found).toMatchObject({ customers: 4_000, defaults: model.defaults });
    expect(found.stability[0]).toMatchObject({ input: null, verdict: "stable" });
    for (const { input, index } of found.stability) expect(index, String(input)).toBeLessThan(1e-6);
    expect(
      found.stability
        .slice(1)
        .map(({ input }) => input)
        .sort(),
    ).toEqual(model.scorecard.characteristics.map(({ input }) => input).sort());
    // the rows it has learnt from flatter it
    const [auc, honest] = [found.performance?.auc.value ?? 0, model.performance[0]?.auc.value ?? 1];
    expect(auc).toBeGreaterThan(honest - 0.02);
    expect(found.fairness.map(({ group }) => group)).toEqual(expect.arrayContaining(["under 62"]));
  });

  it("scores every customer, each on a line", async () => {
    const [, text] = await trained();
    const response = await post(known, "/model/score", text);
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="scores.csv"');
    const [header, ...lines] = (await response.text()).trim().split("\r\n");
    expect(header).toBe("key,pd,score,band,rank,reasons");
    expect(lines).toHaveLength(4_000);
    const [one] = await rows(known, "select * from default_profile where user_id = 1");
    expect(
      lines
        .find((line) => line.startsWith("1,"))
        ?.split(",")
        .slice(0, 5),
    ).toEqual([
      "1",
      String(one?.["pd"]),
      String(one?.["score"]),
      String(one?.["band"]),
      String(one?.["risk_rank"]),
    ]);
  });

  it("is refused with the reason where it asks for what the files lack, or is none", async () => {
    const [model, text] = await trained();
    const lacking = await post(unknown, "/model/score", text);
    expect(lacking.status).toBe(422);
    expect((await failed(lacking)).message).toContain("utilisation");
    expect((await post(known, "/model/score", "{")).status).toBe(400);
    for (const [body, message] of [
      ["[]", "not a model of Cardscope"],
      [JSON.stringify({ ...model, version: 2 }), "a model of version 2"],
      [JSON.stringify({ ...model, scorecard: null }), "a damaged model"],
      [text.replace(/"input": "[a-z_]+"/, '"input": "=cmd()"'), "a damaged model"],
    ] as const)
      for (const what of ["validate", "score"]) {
        const response = await post(known, `/model/${what}`, body);
        expect(response.status, message).toBe(422);
        expect((await failed(response)).message).toContain(message);
      }
  });

  it("may have a size, and leaves nothing behind", async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.includes("-sent-"));
    const before = left();
    const large = await post(known, "/model/validate", `"${"x".repeat(17 * 2 ** 20)}"`);
    expect(large.status).toBe(400);
    expect((await failed(large)).message).toBe("a model file of more than 16 MiB");
    expect(left().filter((name) => !before.includes(name))).toEqual([]);
    const foreign = await fetch(`${known.url}/api/model/score`, {
      method: "POST",
      headers: { origin: "https://elsewhere.example", "content-type": "application/json" },
      body: "{}",
    });
    expect(foreign.status).toBe(403);
  });
});

it("customers are read in the order of their keys, so that nothing depends on the file's", async () => {
  const { keys } = await known.desk.explorer.at(wholePortfolio, ({ engine, view }) =>
    borrowersOf(engine, view),
  );
  expect(keys.map(Number)).toEqual([...keys.map(Number)].sort((a, b) => a - b));
});
