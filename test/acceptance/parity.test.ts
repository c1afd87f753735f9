import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { figures } from "./figures.ts";
import { type Figure, hasShared, readFigures, sources, viewsOf } from "./shared.ts";

const page = readFileSync(new URL("../../docs/parity.md", import.meta.url), "utf8");
const rows = page
  .split("\n")
  .filter((line) => /^\| (?!Figure|---)/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()));
/** The numbers in a text, as written; days are none. */
const numbersIn = (text: string): string[] =>
  text.replaceAll(/\d{4}-\d{2}-\d{2}/g, "").match(/\d[\d,]*(?:\.\d+)?/g) ?? [];
/** A value with the thousands and the decimals of the page. */
const like = (value: unknown, written: string | undefined): string => {
  const decimals = written?.split(".")[1]?.length ?? 0;
  return Number(value).toLocaleString("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
};

type Values = Readonly<Record<string, unknown>>;
/** What stands in each row: keys of the reference file's notebook figures, and of the figures that we compute. */
const expected: Readonly<
  Record<string, readonly [notebook: (truth: Truth) => unknown[], ours: readonly string[]]>
> = {
  "What the figures are about": [
    (of) => [of("joined_rows")],
    ["data_quality.users_rows", "data_quality.cards_rows"],
  ],
  "Left out in silence": [
    (of) => [Number(of("cards_rows")) - Number(of("joined_rows"))],
    ["cards left out", "data_quality.latitude_cells_that_are_dates"],
  ],
  "Cards per customer": [
    (of) => [of("avg_cards")],
    ["card_ownership.avg_cards_per_user_counted", "card_ownership.avg_true_credit_cards_per_user"],
  ],
  "Mean age": [(of) => [of("mean_age")], ["demographics.current_age_stats.mean"]],
  "Customers with several cards": [(of) => [of("multi_card_rows")], ["card_ownership.multi_card_users"]],
  "Debt above half a year's income": [(of) => [of("dti_gt_0.5_rows")], ["credit_risk.dti_gt_0.5"]],
  "of them women; men": [
    (of) => bothOf(of("dti_gt_0.5_rows_by_gender")),
    ["credit_risk.dti_gt_0.5_by_gender.Female", "credit_risk.dti_gt_0.5_by_gender.Male"],
  ],
  "Premium audience, women; men": [
    (of) => bothOf(of("premium_rows_by_gender")),
    ["marketing.premium_targets_by_gender.Female", "marketing.premium_targets_by_gender.Male"],
  ],
  "Assistance audience, women; men": [
    (of) => bothOf(of("assistance_rows_by_gender")),
    ["marketing.assistance_targets_by_gender.Female", "marketing.assistance_targets_by_gender.Male"],
  ],
  "Cards that expire within 12 months": [
    (of) => [of("expiring_within_year")],
    ["card_expiration.2020-02-29.within_12m", "card_expiration.2020-02-29.expired"],
  ],
};
type Truth = (key: string) => unknown;
const bothOf = (value: unknown): unknown[] => [(value as Values)["Female"], (value as Values)["Male"]];

describe.skipIf(!hasShared)("the page about the original notebook", () => {
  const truth: Readonly<Record<string, Figure>> = hasShared ? readFigures() : {};
  const views = viewsOf(sources["case-study"]);
  afterAll(() => views[Symbol.asyncDispose]());

  /** "section.key", "section.key.part", or what the file has no figure for. */
  async function computed(path: string): Promise<unknown> {
    if (path === "cards left out") {
      const key = "data_quality.cards_rows";
      return Number(truth[key]?.value) - Number(await computed(key));
    }
    const key = Object.keys(figures).find((name) => path === name || path.startsWith(`${name}.`));
    const value = await figures[key ?? ""]?.(views);
    const part = path.slice((key ?? "").length + 1);
    return part === "" ? value : (value as Values)[part];
  }

  test("has the rows that are checked here, and no others", () => {
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(expected));
  });

  test.each(rows.map(([, name = "", notebook = "", ours = ""]) => [name, notebook, ours] as const))(
    "%s",
    async (name, notebook, ours) => {
      const [theirs, keys] = expected[name] ?? [() => [], []];
      const of: Truth = (key) =>
        (truth[`known_wrong_seed_notebook.${key}`] ?? truth[`data_quality.${key}`])?.value;
      const theirNumbers = numbersIn(notebook);
      expect(theirNumbers).toEqual(theirs(of).map((value, i) => like(value, theirNumbers[i])));
      const ourNumbers = numbersIn(ours);
      const values: unknown[] = [];
      for (const key of keys) values.push(await computed(key));
      expect(ourNumbers).toEqual(values.map((value, i) => like(value, ourNumbers[i])));
    },
  );

  test("the day after", async () => {
    const sentence = page.split("\n").find((line) => line.startsWith("Our side is as of")) ?? "";
    const { expired, within_12m } = (await computed("card_expiration.2020-03-01")) as Values;
    expect(numbersIn(sentence)).toEqual([like(within_12m, ""), "12", like(expired, "")]);
    expect((await views.today()).asOf).toBe("2020-02-29");
  });
});
