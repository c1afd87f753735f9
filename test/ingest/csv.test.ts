import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { CARDS, found, openFolder, read, refusal, USERS } from "./folder.ts";

const SELECT = "select user_id, age, annual_income_usd as income from users order by user_id";

async function readUsers(content: string | Buffer, select = SELECT, name = "users.csv") {
  await using folder = await openFolder();
  return await read([await folder.file(name, content), await folder.file("cards.csv", CARDS)], select);
}

const widened = (text: string, columns: number) =>
  text
    .trimEnd()
    .split("\n")
    .map((line, i) => [line, ...Array.from({ length: columns }, (_, j) => (i === 0 ? `x${j}` : j))].join(","))
    .join("\n");

const plain = [
  { user_id: 1, age: 53, income: 59696 },
  { user_id: 2, age: 53, income: 77254 },
  { user_id: 3, age: 81, income: 33483 },
];

test.each<[string, string | Buffer]>([
  ["byte-order mark and CRLF", `\uFEFF${USERS.replaceAll("\n", "\r\n")}`],
  ["CR alone", USERS.replaceAll("\n", "\r")],
  ["line ends of two kinds", USERS.replace("787\n", "787\r\n")],
  ["UTF-16", Buffer.from(`\uFEFF${USERS}`, "utf16le")],
  ["UTF-16, big-endian", Buffer.from(`\uFEFF${USERS}`, "utf16le").swap16()],
  ["UTF-16 without a mark", Buffer.from(USERS, "utf16le")],
  ["semicolons", USERS.replaceAll(",", ";")],
  ["tabs", USERS.replaceAll(",", "\t")],
  ["quotes around everything", USERS.replaceAll(/[^,\n]+/g, '"$&"')],
  ["blanks after delimiters", USERS.replaceAll(",", ", ")],
  ["a line that names the delimiter", `sep=,\n${USERS}`],
  ["a title above", `Customers of the bank\n\n${USERS}`],
  ["no line end at the end", USERS.trimEnd()],
  ["a delimiter too many at the end of rows", USERS.replaceAll(/(\d)\n/g, "$1,\n")],
  ["300 further columns", widened(USERS, 300)],
  ["gzip", gzipSync(USERS)],
  ["gzip in two members", Buffer.concat([gzipSync(USERS.slice(0, 90)), gzipSync(USERS.slice(90))])],
])("%s", async (_, content) => {
  const { rows, issues } = await readUsers(content);
  expect(rows).toEqual(plain);
  expect(issues).toEqual([]);
});

test.each([
  ["empty lines", USERS.replace("2,53", "\n\n2,53"), 7],
  ["lines of delimiters", USERS.replace("2,53", ",,,,,,\n2,53"), 6],
  ["lines of blanks", USERS.replace("2,53", "   \n2,53"), 6],
  ["a row that is too wide", USERS.replace("2,53", "9,53,1966,11,59,696,127,613,787\n2,53"), 6],
  ["a row that is too short", USERS.replace("2,53", "9,53\n2,53"), 6],
  ["a title above", `Customers\n\n${USERS}`, 7],
])("rows are numbered as a spreadsheet shows them: %s", async (_, users, row) => {
  const { issues } = await readUsers(`${users}4,abc,1966,11,59696,127613,787\n`);
  expect(found(issues)).toContain(`unreadable_value age: ${row}`);
});

test.each([0, 300])("a row wider than the header is left out and told, %i rows below", async (above) => {
  const many = Array.from({ length: above }, (_, i) => `${i + 10},40,1980,1,50000,1000,700\n`).join("");
  const { rows, issues } = await readUsers(
    `${USERS}${many}4,55,1966,11,59,696,127613,787\n5,40,1980,1,60000,1000,700\n`,
    "select user_id, annual_income_usd as income from users where user_id in (4, 5)",
  );
  expect(rows).toEqual([{ user_id: 5, income: 60000 }]);
  expect(found(issues)).toContain(`malformed_row : ${above + 5}`);
});

test("an open quote costs its row, not those below it", async () => {
  const { rows, issues } = await readUsers(
    `${USERS}4,"55,1966,11,59696,1,787\n5,40,1980,1,60000,1,700\n6,41,1979,1,60000,1,700\n`,
    "select user_id from users where user_id > 3 order by user_id",
  );
  expect(rows).toEqual([{ user_id: 5 }, { user_id: 6 }]);
  expect(found(issues)).toContain("malformed_row : 5");
});

test("a cell of a megabyte is read; one of five is no cell", async () => {
  const users = (length: number) => `id,age,city,income\n1,53,${"x".repeat(length)},50000\n2,54,y,60000\n`;
  const select = "select user_id, length(city) as n from users order by user_id";
  expect((await readUsers(users(1 << 20), select)).rows).toEqual([
    { user_id: 1, n: 1 << 20 },
    { user_id: 2, n: 1 },
  ]);
  const { rows, issues } = await readUsers(users(5 << 20), select);
  expect(rows).toEqual([{ user_id: 2, n: 1 }]);
  expect(found(issues)).toContain("malformed_row : 2");
});

test("text is data: quotes, SQL, markup, letters of any script", async () => {
  const cities = ["'; drop table users;--", 'New\nYork, "NY"', "{{as_of}}", "=1+1", "\u202eעברית", "🏙️", "%s"];
  const rows = cities.map((city, i) => `${i + 1},40,"${city.replaceAll('"', '""')}",50000\n`).join("");
  const read = await readUsers(`id,age,city,income\n${rows}`, "select city from users order by user_id");
  expect(read.rows.map(({ city }) => city)).toEqual(cities);
});

test("headers and file names are data", async () => {
  await using folder = await openFolder();
  const users = `id,"select","a'b","c""d","drop table users;--",group,"Current\nAge",Income\n1,1,2,3,4,5,53,10000\n2,1,2,3,4,5,54,20000\n`;
  const { rows } = await read(
    [await folder.file("a'b;--[1]*.csv", users), await folder.file("c'; drop table users;--?.csv", CARDS)],
    "select user_id, age, annual_income_usd as income from users order by user_id",
  );
  expect(rows).toEqual([
    { user_id: 1, age: 53, income: 10000 },
    { user_id: 2, age: 54, income: 20000 },
  ]);
});

test("windows-1252 shows anywhere in the file", async () => {
  const above = Array.from({ length: 30_000 }, (_, i) => `${i + 10},53,abc,50000\n`).join("");
  const users = Buffer.concat([
    Buffer.from(`id,age,city,income\n${above}`),
    Buffer.from("1,53,Málaga,50000\n", "latin1"),
  ]);
  const { rows, issues } = await readUsers(users, "select city from users where user_id = 1");
  expect(rows).toEqual([{ city: "Málaga" }]);
  expect(found(issues)).not.toContain("malformed_row : 30002");
});

test("two columns of one name: the first is read, and that is told", async () => {
  const { rows, issues } = await readUsers("id,age,age,income\n1,53,99,10000\n2,54,98,20000\n", SELECT);
  expect(rows.map(({ age }) => age)).toEqual([53, 54]);
  expect(found(issues)).toContain("duplicate_header age: ");
});

test("a table in which no row fits the header is refused, not emptied", async () => {
  await using folder = await openFolder();
  const users = "id,age,income\n1,53,59,696\n2,54,60,000\n";
  const error = await refusal([await folder.file("u.csv", users), await folder.file("c.csv", CARDS)]);
  expect(error.exitCode).toBe(3);
  expect(error.message).toBe("u.csv: no row fits its header of 3 columns");
});
