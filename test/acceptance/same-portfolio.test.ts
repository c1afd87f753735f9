import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { figures } from "./figures.ts";
import { differences, hasShared, sources, type Views, viewsOf } from "./shared.ts";

/** Days on which only the case study is looked at; see seed-truth.test.ts. */
const itsDays = new Set(
  ["2019-11-01", "2019-11-15_mid_month", "2020-01-01", "2020-02-29", "2025-03-01"].map(
    (day) => `card_expiration.${day}`,
  ),
);
const keys = Object.keys(figures).filter((key) => !itsDays.has(key));

/** Looked at on another day than the files tell: it costs another reading, and the order of files is one more. */
const otherDay = ["card_expiration.2020-03-01", "card_expiration.within_12m_card_ids_sha256_2020_03_01"];

/** Latitudes are sound in the files that no spreadsheet has saved. */
const aboutDamage = [
  "data_quality.latitude_cells_that_are_dates",
  "data_quality.users_with_date_latitude_ids",
  "data_quality.cards_of_users_with_date_latitude",
];
/** The IBM set names customers by their row and cards by customer and index. */
const aboutIds = [
  "card_ownership.multi_card_ids_sha256",
  "credit_risk.top10_dti_main_ids",
  "credit_risk.dti_gt_0.5_ids_sha256_dti",
  "card_expiration.within_12m_card_ids_sha256_2020_03_01",
  "marketing.premium_targets_ids_sha256",
  "marketing.assistance_targets_ids_sha256",
];
const unlike: Readonly<Record<keyof typeof sources, readonly string[]>> = {
  "case-study": [],
  "csv-export": aboutDamage,
  "ibm-synthetic": [...aboutDamage, ...aboutIds],
};

describe.skipIf(!hasShared)("three files of one portfolio", () => {
  const reference = viewsOf(sources["case-study"]);
  const expected = new Map<string, unknown>();
  beforeAll(async () => {
    for (const key of keys) expected.set(key, await figures[key]?.(reference));
  });
  afterAll(() => reference[Symbol.asyncDispose]());

  describe.each([
    ["case-study", "cards first"],
    ["csv-export", "customers first"],
    ["csv-export", "cards first"],
    ["ibm-synthetic", "customers first"],
    ["ibm-synthetic", "cards first"],
  ] as const)("%s, %s", (source, order) => {
    const files = order === "cards first" ? sources[source].toReversed() : sources[source];
    let views: Views;
    beforeAll(() => {
      views = viewsOf(files);
    });
    afterAll(() => views[Symbol.asyncDispose]());

    test("every figure is the same, but for damage and names", async () => {
      const found: string[] = [];
      const isReversed = order === "cards first";
      for (const key of keys.filter((key) => !isReversed || !otherDay.includes(key))) {
        const unequal = differences(await figures[key]?.(views), expected.get(key), key);
        if (unlike[source].includes(key)) expect(unequal, `${key} is no exception`).not.toEqual([]);
        else found.push(...unequal);
      }
      expect(found).toEqual([]);
    });
  });
});
