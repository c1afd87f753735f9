import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { audiences } from "../../examples/audiences.ts";
import { expiringCards } from "../../examples/expiring-cards.ts";
import { riskiest } from "../../examples/riskiest-customers.ts";
import { writeSample } from "../../src/index.ts";
import { pages, root } from "./markdown.ts";

const examples = readdirSync(join(root, "examples"));

describe.each(examples)("examples/%s", (name) => {
  const text = readFileSync(join(root, "examples", name), "utf8");

  test("is at most 30 lines", () => {
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(30);
  });

  test("stands in a guide as it is", () => {
    const embedded = pages.flatMap(({ blocks }) =>
      blocks.filter(({ info }) => info === `ts example examples/${name}`),
    );
    expect(embedded.map((block) => block.text)).toEqual([text.trimEnd()]);
  });
});

describe("they run", () => {
  let folder: string;
  let files: string[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cardscope-examples-"));
    const { users, cards } = await writeSample(folder, {
      customers: 500,
      seed: 7,
      format: "csv",
      brief: false,
    });
    files = [users, cards];
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("audiences", async () => {
    const table = await audiences(files);
    expect(table.map(({ scoreMin, audience }) => `${scoreMin} ${audience}`)).toEqual([
      "700 premium",
      "700 assistance",
      "740 premium",
      "740 assistance",
    ]);
    expect(table[2]?.customers).toBeLessThan(table[0]?.customers ?? 0);
    expect(table[3]?.customers).toBe(table[1]?.customers);
  });

  test("expiring cards", async () => {
    const { asOf, total, months } = await expiringCards(files, 3);
    expect(asOf).toBe("2025-06-30");
    expect(total).toBeGreaterThan(0);
    expect([...months.values()].reduce((a, b) => a + b, 0)).toBe(total);
    expect([...months.keys()]).toEqual([...months.keys()].toSorted());
  });

  test("riskiest customers", { timeout: 60_000 }, async () => {
    const { users, cards } = await writeSample(join(folder, "past"), {
      customers: 1500,
      seed: 8,
      format: "csv",
      brief: false,
    });
    const { champion, auc, first } = await riskiest([users, cards], files, join(folder, "model"));
    expect(champion).toBe("ranking");
    expect(auc).toBeGreaterThan(0.6);
    expect(first.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(readdirSync(join(folder, "model"))).toContain("model.json");
  });
});
