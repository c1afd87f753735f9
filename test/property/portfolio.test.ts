import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Result } from "../../src/analyses/run.ts";
import { openPortfolio, type Portfolio } from "../../src/portfolio/portfolio.ts";
import { writeSample } from "../../src/sample/sample.ts";
import { type Folder, openFolder } from "../ingest/folder.ts";

type Table = readonly (readonly string[])[];

let folder: Folder;
let users: Table;
let cards: Table;
let figures: Record<string, Result["rows"]>;

beforeAll(async () => {
  folder = await openFolder();
  const made = await writeSample(folder.path, { customers: 150, seed: 7, format: "csv", brief: false });
  users = await tableOf(made.users);
  cards = await tableOf(made.cards);
  figures = await figuresOf(users, cards);
});
afterAll(() => folder[Symbol.asyncDispose]());

const tableOf = async (path: string): Promise<Table> =>
  (await readFile(path, "utf8"))
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(","));

async function withPortfolio<T>(u: Table, c: Table, ask: (portfolio: Portfolio) => Promise<T>): Promise<T> {
  const write = (table: Table) => `${table.map((row) => row.join(",")).join("\n")}\n`;
  const files = [await folder.file("users.csv", write(u)), await folder.file("cards.csv", write(c))];
  await using portfolio = await openPortfolio(files, { today: "2026-01-01" });
  return await ask(portfolio);
}

const figuresOf = (u: Table, c: Table) =>
  withPortfolio(u, c, async (portfolio) => {
    const { results, issues } = await portfolio.findings();
    return Object.fromEntries([
      ...results.map((result) => [result.analysis.id, result.rows]),
      ["issues", issues.map(({ code, column, count }) => ({ code, column, count }))],
    ]);
  });

/** Sums of doubles depend on their order in the last digits. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, x) => (typeof x === "number" ? Number(x.toPrecision(9)) : x));

const shuffled = (length: number) => fc.shuffledSubarray([...Array(length).keys()], { minLength: length });

test("the order of rows and columns changes no figure", async () => {
  const [header = []] = users;
  const [cardHeader = []] = cards;
  await fc.assert(
    fc.asyncProperty(
      shuffled(users.length - 1),
      shuffled(cards.length - 1),
      shuffled(header.length),
      shuffled(cardHeader.length),
      async (userRows, cardRows, userColumns, cardColumns) => {
        const arrange = (table: Table, rows: readonly number[], columns: readonly number[]) =>
          [0, ...rows.map((i) => i + 1)].map((i) => columns.map((j) => table[i]?.[j] ?? ""));
        const again = await figuresOf(
          arrange(users, userRows, userColumns),
          arrange(cards, cardRows, cardColumns),
        );
        expect(rounded(again)).toEqual(rounded(figures));
      },
    ),
    { numRuns: 3 },
  );
});

/** Figures about attributes of customers, which no card can change. */
const ATTRIBUTES = [
  "numeric-summary",
  "age-distribution",
  "income-distribution",
  "gender-ratio",
  "employment-status",
  "retirement-horizon",
  "customers-by-state",
  "credit-score-bands",
  "debt-tiers",
  "debt-to-income",
  "risk-matrix",
  "high-debt-customers",
] as const;

test("cards that are added change no figure of customers", async () => {
  const column = (name: string) => (cards[0] ?? []).indexOf(name);
  const owners = users.slice(1).map((row) => row[0] ?? "");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...owners, "999999"), fc.nat(cards.length - 2)), {
        minLength: 1,
        maxLength: 200,
      }),
      async (added) => {
        const more = added.map(([owner, like], i) =>
          (cards[like + 1] ?? []).map((cell, j) =>
            j === column("Card ID") ? String(1_000_000 + i) : j === column("User ID") ? owner : cell,
          ),
        );
        const again = await figuresOf(users, [...cards, ...more]);
        const compared = figures["numeric-summary"]?.map((row) => (row as { measure: string }).measure);
        expect(compared?.length).toBeGreaterThan(3);
        for (const id of ATTRIBUTES) {
          // numbers of cards are measures as well
          const attributes = (rows: Result["rows"] | undefined) =>
            rows?.filter(
              (row) => !/card|limit|balance|utilisation/.test(String((row as { measure?: string }).measure)),
            );
          expect([id, rounded(attributes(again[id]))]).toEqual([id, rounded(attributes(figures[id]))]);
        }
      },
    ),
    { numRuns: 3 },
  );
});

test("parts sum to wholes", () => {
  const sum = (id: string, column: string) =>
    (figures[id] ?? []).reduce((total, row) => total + Number((row as Record<string, unknown>)[column]), 0);
  const [summary] = figures["portfolio-summary"] as unknown as Record<string, number>[];
  for (const id of [
    "age-distribution",
    "income-distribution",
    "gender-ratio",
    "employment-status",
    "retirement-horizon",
    "customers-by-state",
    "cards-per-customer",
    "credit-score-bands",
    "debt-tiers",
    "risk-matrix",
    "utilisation",
  ])
    expect([id, sum(id, "customers")]).toEqual([id, summary?.["customers"]]);
  for (const id of ["card-expiry", "cards-by-brand-and-type", "accounts-opened", "expiry-calendar"])
    expect([id, sum(id, "cards")]).toEqual([id, summary?.["cards"]]);
  for (const id of ["age-distribution", "gender-ratio", "card-expiry", "debt-tiers"].filter(
    (id) => "share" in (figures[id]?.[0] ?? {}),
  ))
    expect(sum(id, "share")).toBeCloseTo(1, 9);
});
