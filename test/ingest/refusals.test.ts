import { execFileSync } from "node:child_process";
import { mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { CARDS, type Folder, openFolder, read, refusal, USERS } from "./folder.ts";

const ole = Buffer.from("d0cf11e0a1b11ae1", "hex");
const rows = (n: number) =>
  Array.from({ length: n }, (_, i) => `${i + 10},40,1980,1,${50000 + i},1000,700\n`).join("");
const zipped = gzipSync(USERS + rows(20_000));

/** A file that is no customers file, and what the message must say of it. */
const files: readonly (readonly [what: string, name: string, content: string | Buffer, says: RegExp])[] = [
  ["an empty file", "u.csv", "", /the file is empty/],
  ["blanks", "u.csv", "  \n\n ", /only blanks/],
  [
    "a Git LFS pointer",
    "u.csv",
    "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n",
    /Git LFS pointer/,
  ],
  ["HTML saved as a workbook", "u.xlsx", "<!DOCTYPE html><html><body>log in</body></html>", /HTML/],
  ["HTML that begins with a comment", "u.xlsx", "<!-- saved -->\n<html></html>", /HTML/],
  ["a part of a page", "u.csv", "<div>log in</div>", /HTML/],
  [
    "a protected workbook",
    "u.xlsx",
    Buffer.concat([ole, Buffer.alloc(3000), Buffer.from("EncryptedPackage", "utf16le")]),
    /password/,
  ],
  ["a legacy workbook", "u.xls", Buffer.concat([ole, Buffer.alloc(3000)]), /legacy/],
  ["a workbook that is cut off", "u.xlsx", Buffer.from("PK\x03\x04abc"), /cut off/],
  ["a PDF", "u.csv", "%PDF-1.7\n", /PDF/],
  ["a binary file", "u.csv", Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7) % 32)), /binary/],
  ["gzip that is cut off", "u.csv.gz", zipped.subarray(0, -100), /gzip file that is cut off/],
  [
    "gzip that is damaged",
    "u.csv.gz",
    Buffer.concat([zipped.subarray(0, -3000), Buffer.alloc(3000, 7)]),
    /gzip file that is cut off/,
  ],
  ["gzip around a workbook", "u.xlsx.gz", gzipSync("PK\x03\x04abc"), /a gzip file around xlsx/],
  ["a gzip bomb", "u.csv.gz", gzipSync(Buffer.alloc(80 * 1024 * 1024, "0")), /zip bomb/],
  ["Parquet that is cut off", "u.parquet", "PAR1", /not readable as Parquet/],
  ["a header without rows", "u.csv", USERS.slice(0, USERS.indexOf("\n") + 1), /no rows/],
  [
    "another domain",
    "u.csv",
    "id,title,year\n1,Alien,1979\n2,Brazil,1985\n",
    /no customers table: it needs one of age/,
  ],
  [
    "another domain with an age of words",
    "u.csv",
    "id,age,title\n1,Bronze,x\n2,Iron,y\n",
    /no customers table/,
  ],
  [
    "impossible values",
    "u.csv",
    "id,age\n1,1453\n2,1789\n3,1917\n",
    /values of age \(header "age"\) are impossible/,
  ],
  ["ids alone", "u.csv", "id\n1\n2\n3\n", /no customers table/],
  ["no ids", "u.csv", "age,income\n40,50000\n41,60000\n", /it needs user_id/],
  [
    "conflicting keys",
    "u.csv",
    `${USERS}1,54,1966,11,59696,127613,787\n`,
    /share a key but differ: user_id 1$/,
  ],
  [
    "customers of another portfolio",
    "u.csv",
    USERS.replaceAll(/^(\d),/gm, "9$1,"),
    /none of its 3 cards belongs to a customer/,
  ],
  ["a second cards file", "u.csv", CARDS, /no customers table/],
  [
    "card numbers as key",
    "u.csv",
    `id,age\n4111111111111111,40\n5500005555555559,41\n4012888888881881,42\n`,
    /user_id holds card numbers/,
  ],
];

test.each(files)("%s is refused with the reason and what to try", async (_, name, content, says) => {
  await using folder = await openFolder();
  const error = await refusal([await folder.file(name, content), await folder.file("cards.csv", CARDS)]);
  expect(error.code).toBe("DATA_REFUSED");
  expect(error.exitCode).toBe(3);
  expect(error.message).toMatch(says);
  expect(error.message).toContain(name === "u.csv" && /none of its/.test(error.message) ? "cards.csv" : name);
  expect(error.message).not.toMatch(/\n|\b\d{13,19}\b/);
  expect(error.message).not.toContain(folder.path);
  expect(error.hint).toMatch(/\w/);
});

const paths: readonly (readonly [what: string, make: (folder: Folder) => Promise<string>, says: RegExp])[] = [
  ["a missing file", async ({ path }) => join(path, "nope.csv"), /nope\.csv: no such file/],
  [
    "a folder",
    async ({ path }) => {
      await mkdir(join(path, "d"));
      return join(path, "d");
    },
    /a folder/,
  ],
  ["a device", async () => "/dev/zero", /a pipe or a device/],
  [
    "a pipe",
    async ({ path }) => {
      execFileSync("mkfifo", [join(path, "p")]);
      return join(path, "p");
    },
    /a pipe or a device/,
  ],
];

test.each(paths)("%s is refused", async (_, make, says) => {
  await using folder = await openFolder();
  const error = await refusal([await make(folder), await folder.file("cards.csv", CARDS)]);
  expect(error.exitCode).toBe(3);
  expect(error.message).toMatch(says);
});

test("a link is the file it leads to", async () => {
  await using folder = await openFolder();
  const link = join(folder.path, "link");
  await symlink(await folder.file("u.csv", USERS), link);
  const { rows } = await read([await folder.file("c.csv", CARDS), link], "select count(*) as n from users");
  expect(rows).toEqual([{ n: 3 }]);
});

test.each(["given twice", "with its copy"])("one file %s is no portfolio", async (how) => {
  await using folder = await openFolder();
  const users = await folder.file("u.csv", USERS);
  const other = how === "given twice" ? users : await folder.file("u.csv", await readFile(users));
  expect((await refusal([users, other])).message).toMatch(/no cards table/);
});

test("a file without headers is refused without its first row", async () => {
  await using folder = await openFolder();
  const data = "7,4111111111111111,623,462 Rose Lane\n8,4012888888881881,393,3606 Federal Boulevard\n";
  const error = await refusal([await folder.file("u.csv", data), await folder.file("c.csv", CARDS)]);
  expect(error.message).toContain("its first row is data");
  expect(error.message).not.toMatch(/4111|623|Rose/);
});

test.each([
  [{ map: { agee: "id" } }, "no column agee to map a header to", /did you mean age\?/],
  [{ map: { age: "curent_age" } }, 'no header "curent_age" to map to age', /did you mean "current_age"\?/],
  [{ map: { nearest_place: "id" } }, "no column nearest_place to map a header to", /did you mean/],
  [{ sheets: { users: "Sheet1" } }, 'no sheet "Sheet1" for users', /no sheets/],
  [{ asOf: "2023-02-29" }, "not a date: 2023-02-29", /YYYY-MM-DD/],
  [
    { settings: { "premium.score_mn": 3 } },
    "unknown parameter: premium.score_mn",
    /did you mean premium\.score_min\?/,
  ],
  [{ settings: { "premium.score_min": -5 } }, "premium.score_min is out of range: -5", /0 to 1000/],
  [
    { settings: { "expert_card.low_from": 20 } },
    "expert_card.low_from is 20, below expert_card.moderate_from, which is 55",
    /rise: expert_card.high_from/,
  ],
])("the option %j is a usage error", async (options, message, hint) => {
  await using folder = await openFolder();
  const error = await refusal(
    [await folder.file("u.csv", USERS), await folder.file("c.csv", CARDS)],
    options,
  );
  expect(error.exitCode).toBe(2);
  expect(error.message).toBe(message);
  expect(error.hint).toMatch(hint);
});
