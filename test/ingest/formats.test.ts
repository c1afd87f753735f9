import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { CARDS, found, openFolder, read, refusal } from "./folder.ts";

const line = (row: object) => `${JSON.stringify(row)}\n`;
const INCOME = "select user_id, annual_income_usd as income from users order by user_id";

async function readJson(content: string | Buffer, select = INCOME) {
  await using folder = await openFolder();
  return await read([await folder.file("u.json", content), await folder.file("c.csv", CARDS)], select);
}

const people = [
  { id: 1, age: 53, income: 50000, address: { street: "x" }, tags: [1, 2] },
  { id: 2, age: 44, income: 60000 },
  { id: 3, age: 45, income: null },
];
const incomes = [
  { user_id: 1, income: 50000 },
  { user_id: 2, income: 60000 },
  { user_id: 3, income: null },
];

test.each<[string, string | Buffer]>([
  ["newline JSON", people.map(line).join("")],
  ["newline JSON with a byte-order mark", `\uFEFF${people.map(line).join("")}`],
  ["gzip", gzipSync(people.map(line).join(""))],
  ["an array", JSON.stringify(people, null, 2)],
])("%s", async (_, content) => expect((await readJson(content)).rows).toEqual(incomes));

test("JSON that says 5 and $5 of one column is read cell by cell", async () => {
  const { rows, issues } = await readJson(
    [
      line({ id: 1, age: 40, income: "$50,000" }),
      line({ id: 2, age: 41, income: 60000 }),
      line({ id: 3, age: 42, income: "70000" }),
    ].join(""),
  );
  expect(rows.map(({ income }) => income)).toEqual([50000, 60000, 70000]);
  expect(found(issues)).toEqual(["mixed_notation annual_income_usd: 1"]);
});

test("a cell of another type far down in JSON is a cell that cannot be read, not a failure", async () => {
  const above = Array.from({ length: 25_000 }, (_, i) => line({ id: i + 1, age: 40, income: 50000 })).join(
    "",
  );
  const { issues } = await readJson(above + line({ id: 40_000, age: "forty", income: 50000 }));
  expect(found(issues)).toContain("unreadable_value age: 25001");
});

test.each([
  ["broken", '{"id":1,"age":53\n{"id":2'],
  ["broken far down", `${line({ id: 1, age: 53 }).repeat(2000)}{"id":4,"age":"x`],
  [
    "text between objects",
    `${line({ id: 1, age: 53 })}not json 4111111111111111\n${line({ id: 2, age: 53 })}`,
  ],
])("JSON that is %s is refused", async (_, content) => {
  await using folder = await openFolder();
  const error = await refusal([await folder.file("u.json", content), await folder.file("c.csv", CARDS)]);
  expect(error.code).toBe("DATA_REFUSED");
  expect(error.message).toMatch(/^u\.json: not readable as newline JSON: /);
  expect(error.message).not.toContain(folder.path);
  expect(error.message).not.toContain("4111");
});

test("Parquet: decimals, timestamps, dictionaries, wide integers and nested columns", async () => {
  await using folder = await openFolder();
  const users = await folder.parquet(
    "u.parquet",
    `select i as id, 40 + i as age, cast(50000.25 as decimal(18, 2)) as income, {'a': i} as nested, [i] as list
     from range(1, 4) t(i)`,
  );
  const cards = await folder.parquet(
    "c.parquet",
    `select cast(10 + i as hugeint) as card_id, cast(i as uinteger) as client_id,
       cast((['Visa', 'Amex', 'Visa'])[i] as enum('Visa', 'Amex')) as brand,
       timestamptz '2022-12-31 12:00:00+00' as expires, cast(1e4 as float) as credit_limit, true as has_chip
     from range(1, 4) t(i)`,
  );
  const { rows, issues } = await read(
    [users, cards],
    `select u.user_id, age, annual_income_usd as income, card_id, brand, strftime(expires_on, '%Y-%m') as expires,
      credit_limit_usd as credit_limit, has_chip from users u join cards c on c.user_id = u.user_id order by card_id limit 1`,
  );
  expect(issues).toEqual([]);
  expect(rows).toEqual([
    {
      user_id: 1,
      age: 41,
      income: 50000.25,
      card_id: 11,
      brand: "Visa",
      expires: "2022-12",
      credit_limit: 10000,
      has_chip: true,
    },
  ]);
});

test("ids beyond the precision of a double stay apart", async () => {
  await using folder = await openFolder();
  const id = "9007199254740992 + i";
  const { rows, issues } = await read(
    [
      await folder.parquet("u.parquet", `select ${id} as id, 40 as age, 50000 as income from range(3) t(i)`),
      await folder.parquet(
        "c.parquet",
        `select i as card_id, ${id} as user_id, 'Visa' as brand from range(3) t(i)`,
      ),
    ],
    "select user_id, cards from customer_profile order by user_id",
  );
  expect(issues).toEqual([]);
  expect(rows).toEqual([
    { user_id: "9007199254740992", cards: 1 },
    { user_id: "9007199254740993", cards: 1 },
    { user_id: "9007199254740994", cards: 1 },
  ]);
});
