import { createWriteStream } from "node:fs";
import ExcelJS from "exceljs";
import { expect, test } from "vitest";
import { type Proposal, type ProposedTable, proposeBinding } from "../../src/ingest/propose.ts";
import { openPortfolio } from "../../src/portfolio/portfolio.ts";
import { hasShared, sources } from "../acceptance/shared.ts";
import { CARDS, type Folder, openFolder, USERS } from "./folder.ts";

const column = (table: ProposedTable | null, name: string) =>
  table?.columns.find(({ column }) => column === name);

/** Column to header, of what is bound. */
const bound = (table: ProposedTable | null): Record<string, string> =>
  Object.fromEntries(
    (table?.columns ?? []).flatMap(({ column, header }) => (header === null ? [] : [[column, header]])),
  );

async function workbook(
  folder: Folder,
  name: string,
  sheets: Readonly<Record<string, string>>,
  hidden: readonly string[] = [],
): Promise<string> {
  const path = await folder.file(name, "");
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ stream: createWriteStream(path) });
  for (const [sheetName, csv] of Object.entries(sheets)) {
    const sheet = book.addWorksheet(sheetName, { state: hidden.includes(sheetName) ? "hidden" : "visible" });
    for (const line of csv.trim().split("\n")) sheet.addRow(line.split(",")).commit();
  }
  await book.commit();
  return path;
}

/** What reading binds, as a proposal states it. */
async function readBinding(files: readonly string[], options = {}): Promise<Record<string, unknown>> {
  await using portfolio = await openPortfolio(files, { nearestPlaces: false, ...options });
  return Object.fromEntries(
    portfolio.sources.map(({ table, columns, ignored, sheet }) => [
      table,
      {
        sheet,
        ignored,
        bound: Object.fromEntries(columns.map(({ column, header }) => [column, header])),
      },
    ]),
  );
}

const proposed = ({ users, cards }: Proposal): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries({ users, cards }).map(([name, table]) => [
      name,
      { sheet: table?.sheet, ignored: table?.ignored, bound: bound(table) },
    ]),
  );

test.runIf(hasShared).each(Object.entries(sources))(
  "what is proposed is what is read: %s",
  async (_, files) => {
    const proposal = await proposeBinding(files);
    expect(proposal.refusal).toBeNull();
    expect(proposed(proposal)).toEqual(await readBinding(files));
    expect(proposal.users?.columns.length).toBeGreaterThan(15);
  },
);

test.runIf(hasShared)("what stands in for a key is told", async () => {
  const { users, cards } = await proposeBinding(sources["ibm-synthetic"]);
  expect(column(users, "user_id")).toMatchObject({ header: null, standin: "row number" });
  expect(column(cards, "card_id")).toMatchObject({ standin: "user and card index" });
});

test("headers, needs and samples of two files, in either order", async () => {
  await using folder = await openFolder();
  const files = [await folder.file("c.csv", CARDS), await folder.file("u.csv", USERS)];
  const { users, cards, choices, refusal } = await proposeBinding(files);
  expect(refusal).toBeNull();
  expect(users).toMatchObject({ choice: "u.csv", file: "u.csv", sheet: null, row: 1 });
  expect(cards).toMatchObject({ choice: "c.csv", ignored: [] });
  expect(choices.map(({ name }) => name)).toEqual(["c.csv", "u.csv"]);
  expect(column(users, "annual_income_usd")).toEqual({
    column: "annual_income_usd",
    label: "Annual income",
    doc: "Income of the customer in USD a year.",
    need: "domain",
    header: "yearly_income",
    standin: null,
    guessed: false,
    chosen: false,
    readable: true,
    samples: ["59696", "77254", "33483"],
  });
  expect(column(users, "user_id")?.need).toBe("required");
  expect(column(cards, "user_id")?.need).toBe("required");
  expect(column(cards, "has_chip")).toMatchObject({ need: "optional", header: null, samples: [] });
  expect(users?.columns.map((one) => one.column)).not.toContain("nearest_place");
});

test("samples come from bound columns alone, and never from card numbers", async () => {
  await using folder = await openFolder();
  const users = `id,age,name,cvv,address,city\n1,40,Ada Quill,981,742 Marker Terrace,Pay to 4111 1111 1111 1111 soon\n2,41,Bo Quill,982,743 Marker Terrace,${"x".repeat(90)}\n`;
  const cards =
    "card_id,client_id,card_type,card_number\n11,1,Credit,4012888888881881\n12,2,Debit,5500005555555559\n";
  const proposal = await proposeBinding([
    await folder.file("u.csv", users),
    await folder.file("c.csv", cards),
  ]);
  expect(proposal.refusal).toBeNull();
  expect(proposal.users?.ignored).toEqual(["name", "cvv", "address"]);
  expect(column(proposal.users, "city")?.samples).toEqual(["Pay to …1111 soon", `${"x".repeat(40)}…`]);
  expect(column(proposal.cards, "card_last4")).toMatchObject({ header: "card_number", samples: [] });
  expect(JSON.stringify(proposal)).not.toMatch(/Quill|981|Marker|4111|4012|5500|1881|5559/);
});

test("an unknown header is mapped by hand, and what it is refused for is gone", async () => {
  await using folder = await openFolder();
  const files = [
    await folder.file("kunden.csv", "Kunde,Alter,Strasse\n1,53,Ring 7\n2,53,Ring 8\n3,81,Ring 9\n"),
    await folder.file("cards.csv", CARDS),
  ];
  const before = await proposeBinding(files);
  expect(before.refusal?.message).toMatch(/no customers table: it needs user_id and one of age/);
  expect(before.users).toMatchObject({ file: "kunden.csv", headers: ["Kunde", "Alter", "Strasse"] });
  expect(bound(before.users)).toEqual({});
  expect(before.cards?.file).toBe("cards.csv");
  expect(JSON.stringify(before)).not.toMatch(/Ring/);

  const half = await proposeBinding(files, { map: { "users.user_id": "Kunde" } });
  expect(half.refusal?.message).toMatch(/no customers table: it needs one of age/);
  expect(bound(half.users)).toEqual({ user_id: "Kunde" });

  const map = { "users.user_id": "Kunde", "users.age": "Alter" };
  const whole = await proposeBinding(files, { map });
  expect(whole.refusal).toBeNull();
  expect(column(whole.users, "age")).toMatchObject({
    header: "Alter",
    chosen: true,
    readable: true,
    samples: ["53", "81"],
  });
  expect(proposed(whole)).toEqual(await readBinding(files, { map }));
});

test("headers below a title are found though none is known", async () => {
  await using folder = await openFolder();
  const title = "Kundenliste,,\n,,\n";
  const files = [
    await folder.file("kunden.csv", `${title}Kunde,Alter,Ort\n1,53,Bonn\n2,53,Ulm\n3,81,Jena\n`),
    await folder.file("cards.csv", CARDS),
  ];
  const { users } = await proposeBinding(files);
  expect(users?.headers).toEqual(["Kunde", "Alter", "Ort"]);
  const map = { "users.user_id": "Kunde", "users.age": "Alter" };
  const mapped = await proposeBinding(files, { map });
  expect(mapped.refusal).toBeNull();
  expect(proposed(mapped)).toEqual(await readBinding(files, { map }));
});

test("a column is left out, and another header fed to it", async () => {
  await using folder = await openFolder();
  const files = [
    await folder.file("u.csv", USERS.replace("credit_score", "FICO Score").replace("total_debt", "rating")),
    await folder.file("c.csv", CARDS),
  ];
  const map = { "users.birth_year": "", "users.credit_score": "rating" };
  const { users, refusal } = await proposeBinding(files, { map });
  expect(refusal).toBeNull();
  expect(column(users, "birth_year")).toMatchObject({ header: null, chosen: true, samples: [] });
  expect(column(users, "credit_score")?.header).toBe("rating");
  expect(users?.ignored).toEqual(["birth_year", "FICO Score"]);
  const read = await readBinding(files, { map });
  expect(read["users"]).toMatchObject({ ignored: ["birth_year", "FICO Score"] });
});

test("a header over cells that cannot be its column's is told when it is mapped", async () => {
  await using folder = await openFolder();
  const files = [
    await folder.file("u.csv", "id,age,income\n1,40,50k\n2,41,60k\n"),
    await folder.file("c.csv", CARDS),
  ];
  const before = await proposeBinding(files);
  expect(before.users?.unreadable).toEqual([{ column: "annual_income_usd", header: "income" }]);
  const after = await proposeBinding(files, { map: { annual_income_usd: "income" } });
  expect(column(after.users, "annual_income_usd")).toMatchObject({ header: "income", readable: false });
});

test("a column found by its values is told as a guess", async () => {
  await using folder = await openFolder();
  const rows = Array.from({ length: 12 }, (_, i) => `${i},4${i % 10},${i % 2 ? "Male" : "Female"}\n`);
  const { users } = await proposeBinding([
    await folder.file("u.csv", `id,age,Anrede\n${rows.join("")}`),
    await folder.file("c.csv", CARDS),
  ]);
  expect(column(users, "gender")).toMatchObject({ header: "Anrede", guessed: true });
});

test("sheets of a workbook are choices; two that read alike are told apart by one", async () => {
  await using folder = await openFolder();
  const path = await workbook(
    folder,
    "book.xlsx",
    { Clients: USERS, Clients2: USERS, Cards: CARDS, Notes: "about,this\nsome,text" },
    ["Notes"],
  );
  const before = await proposeBinding([path]);
  expect(before.refusal?.message).toMatch(/"Clients" and "Clients2" both read as users/);
  expect(before.choices.map(({ name, hidden }) => [name, hidden])).toEqual([
    ["Clients", false],
    ["Clients2", false],
    ["Cards", false],
    ["Notes", true],
  ]);
  expect(before.cards?.choice).toBe("Cards");
  const after = await proposeBinding([path], { sheets: { users: "Clients2" } });
  expect(after.refusal).toBeNull();
  expect(after.users).toMatchObject({ choice: "Clients2", sheet: "Clients2", file: "book.xlsx" });
});

test("two workbooks with one name for their sheets are chosen by file and sheet", async () => {
  await using folder = await openFolder();
  const files = [
    await workbook(folder, "a.xlsx", { Sheet1: "x,y\n1,a\n2,b" }),
    await workbook(folder, "b.xlsx", { Sheet1: "v,w\n1,c\n2,d" }),
  ];
  const before = await proposeBinding(files);
  expect(before.choices.map(({ name }) => name)).toEqual(["a.xlsx [Sheet1]", "b.xlsx [Sheet1]"]);
  expect([before.users?.file, before.cards?.file]).toEqual(["a.xlsx", "b.xlsx"]);
  const swapped = await proposeBinding(files, {
    sheets: { users: "b.xlsx [Sheet1]", cards: "a.xlsx [Sheet1]" },
  });
  expect([swapped.users?.file, swapped.cards?.file]).toEqual(["b.xlsx", "a.xlsx"]);
});

test("two csv files are swapped by their names", async () => {
  await using folder = await openFolder();
  const files = [await folder.file("a.csv", "x,y\nq,a\n"), await folder.file("b.csv", "v,w\nr,c\n")];
  const sheets = { users: "b.csv", cards: "a.csv" };
  const { users, cards } = await proposeBinding(files, { sheets });
  expect([users?.file, cards?.file]).toEqual(["b.csv", "a.csv"]);
});

test.each([
  ["a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:ab\n", /Git LFS pointer/],
  ["an HTML page", "<!doctype html><title>Sign in</title>", /HTML/],
  [
    "a protected workbook",
    Buffer.concat([
      Buffer.from("d0cf11e0a1b11ae1", "hex"),
      Buffer.alloc(3000),
      Buffer.from("EncryptedPackage", "utf16le"),
    ]),
    /password/,
  ],
])("%s is refused with nothing to map", async (_, content, says) => {
  await using folder = await openFolder();
  const proposal = await proposeBinding([
    await folder.file("u.csv", content),
    await folder.file("c.csv", CARDS),
  ]);
  expect(proposal).toMatchObject({ users: null, cards: null, choices: [] });
  expect(proposal.refusal?.message).toMatch(says);
  expect(proposal.refusal?.hint).toMatch(/\w/);
});

test("one table is refused, with the headers found", async () => {
  await using folder = await openFolder();
  const proposal = await proposeBinding([await folder.file("films.csv", "id,title\n1,Alien\n2,Brazil\n")]);
  expect(proposal).toMatchObject({ users: null, cards: null });
  expect(proposal.choices).toMatchObject([{ file: "films.csv", headers: ["id", "title"] }]);
});

test("a file without headers shows none of its rows", async () => {
  await using folder = await openFolder();
  const data = "7,4111111111111111,623,462 Rose Lane\n8,4012888888881881,393,3606 Federal Boulevard\n";
  const proposal = await proposeBinding([
    await folder.file("u.csv", data),
    await folder.file("c.csv", CARDS),
  ]);
  expect(proposal.users).toBeNull();
  expect(proposal.refusal?.message).toContain("its first row is data");
  expect(JSON.stringify(proposal)).not.toMatch(/4111|623|Rose|1111/);
});

test("a card number for a header is shown masked and cannot be chosen", async () => {
  await using folder = await openFolder();
  const { users } = await proposeBinding([
    await folder.file("u.csv", USERS.replaceAll(/(.+)\n/g, "$1,4111111111111111\n")),
    await folder.file("c.csv", CARDS),
  ]);
  expect(users?.ignored).toEqual(["…1111"]);
  expect(users?.headers).not.toContain("…1111");
});

test("of very many headers the first are listed, and the others counted", async () => {
  await using folder = await openFolder();
  const extra = Array.from({ length: 1500 }, (_, i) => `extra ${i}`);
  const [header = "", ...rows] = USERS.trim().split("\n");
  const wide = [
    `${header},${extra.join(",")}`,
    ...rows.map((row) => `${row},${extra.map(() => 1).join(",")}`),
  ];
  const { users, refusal } = await proposeBinding([
    await folder.file("u.csv", `${wide.join("\n")}\n`),
    await folder.file("c.csv", CARDS),
  ]);
  expect(refusal).toBeNull();
  expect(users?.headers).toHaveLength(1000);
  expect([users?.ignored.length, users?.more]).toEqual([1000, 500]);
});

test("cards without an owner are refused before they are read", async () => {
  await using folder = await openFolder();
  const files = [
    await folder.file("u.csv", USERS),
    await folder.file("c.csv", CARDS.replace("client_id", "Holder")),
  ];
  const { refusal, cards } = await proposeBinding(files);
  expect(refusal?.message).toMatch(/c\.csv: no column says which customer a card belongs to/);
  expect(column(cards, "user_id")).toMatchObject({ header: null, need: "required" });
  const mapped = await proposeBinding(files, { map: { "cards.user_id": "Holder" } });
  expect(mapped.refusal).toBeNull();
});

test("a wrong option is a usage error", async () => {
  await using folder = await openFolder();
  const files = [await folder.file("u.csv", USERS), await folder.file("c.csv", CARDS)];
  await expect(proposeBinding(files, { map: { agee: "id" } })).rejects.toMatchObject({ code: "USAGE" });
  await expect(proposeBinding(files, { sheets: { users: "x" } })).rejects.toMatchObject({ code: "USAGE" });
});
