import { expect, test } from "vitest";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import { CardscopeError } from "../../src/errors.ts";
import type { BorrowerOptions, BorrowerTable } from "../../src/ingest/borrower-options.ts";
import { readBorrowers } from "../../src/ingest/borrower-table.ts";
import { csvOf, draws, german, giveMeSomeCredit, heloc, lendingClub } from "./borrower-files.ts";
import { openFolder } from "./folder.ts";

async function readFile(content: string, options: Partial<BorrowerOptions> = {}): Promise<BorrowerTable> {
  await using folder = await openFolder();
  await using engine = await openDuckDB();
  return await readBorrowers(engine, await folder.file("borrowers.csv", content), {
    outcomes: "needed",
    ...options,
  });
}

async function refusal(content: string, options: Partial<BorrowerOptions> = {}): Promise<CardscopeError> {
  const error = await readFile(content, options).then(
    () => new TypeError("not refused"),
    (cause: unknown) => cause,
  );
  if (error instanceof CardscopeError) return error;
  throw error;
}

const inputOf = ({ borrowers }: BorrowerTable, name: string) => {
  const found = borrowers.inputs.find((input) => input.name === name);
  if (found === undefined)
    throw new TypeError(`no input ${name} among ${borrowers.inputs.map((input) => input.name).join(", ")}`);
  return found;
};
const codesOf = (table: BorrowerTable, name: string) => {
  const input = inputOf(table, name);
  return input.kind === "number" ? input.codes : [];
};
const valuesOf = (table: BorrowerTable, name: string) => [...inputOf(table, name).values];
const reasons = ({ leftOut }: BorrowerTable) =>
  Object.fromEntries(leftOut.map(({ column, reason }) => [column, reason]));
const lines = (...rows: string[]) => `${rows.join("\n")}\n`;

test("a file in the shape of Give Me Some Credit: an unnamed index, NA, 96 and 98, utilisation above 50,000", async () => {
  const rows = giveMeSomeCredit(3000);
  const table = await readFile(csvOf(rows), { outcome: "SeriousDlqin2yrs" });
  expect(table.borrowers.keys.slice(0, 2)).toEqual(["1", "2"]);
  expect(codesOf(table, "NumberOfTime30-59DaysPastDueNotWorse")).toEqual([96, 98]);
  expect(codesOf(table, "RevolvingUtilizationOfUnsecuredLines")).toEqual([]);
  expect(Math.max(...valuesOf(table, "RevolvingUtilizationOfUnsecuredLines"))).toBeGreaterThan(1000);
  const missing = rows.slice(1).filter((row) => row[6] === "NA").length;
  expect(missing).toBeGreaterThan(500);
  expect(valuesOf(table, "MonthlyIncome").filter(Number.isNaN)).toHaveLength(missing);
  expect(reasons(table)).toMatchObject({ age: "barred", SeriousDlqin2yrs: "outcome", "column 1": "key" });
  expect(table.outcome?.values.filter((value) => value === 1)).toHaveLength(
    rows.slice(1).filter((row) => row[1] === 1).length,
  );
  expect(table.borrowers.groupings.map(({ dimension, groups }) => [dimension, groups])).toEqual([
    ["age", ["under 62", "62 and over"]],
  ]);
});

test("a file in the shape of HELOC: Bad and Good, -9, -8 and -7, no key", async () => {
  const table = await readFile(csvOf(heloc(1500)), { outcome: "riskperformance" });
  expect(table.outcome).toMatchObject({ column: "RiskPerformance", event: ["Bad"], other: ["Good"] });
  expect(codesOf(table, "ExternalRiskEstimate")).toEqual([-9]);
  expect(codesOf(table, "MSinceMostRecentDelq")).toEqual([-9, -8, -7]);
  expect(new Set(table.borrowers.keys).size).toBe(1500);
});

test("a file in the shape of LendingClub: percent signs, units, months, words, places", async () => {
  const rows = lendingClub(1200);
  const options = {
    outcome: "loan_status",
    event: ["charged off"],
    nonEvent: ["Fully Paid"],
    observedOn: "issue_d",
  };
  const table = await readFile(csvOf(rows), options);
  const first = rows[1] ?? [];
  expect(valuesOf(table, "int_rate")[0]).toBeCloseTo(Number(String(first[4]).replace("%", "")) / 100, 12);
  expect(new Set(valuesOf(table, "term"))).toEqual(new Set([36, 60]));
  expect(new Set(valuesOf(table, "emp_length").filter((years) => !Number.isNaN(years)))).toEqual(
    new Set([1, 2, 5, 9, 10]),
  );
  expect(inputOf(table, "grade")).toMatchObject({ kind: "category", levels: ["A", "B", "C", "D", "E"] });
  expect(reasons(table)).toMatchObject({
    id: "key",
    member_id: "key",
    emp_title: "words",
    issue_d: "date",
    zip_code: "barred",
    addr_state: "barred",
    last_pymnt_d: "date",
    desc: "words",
  });
  const late = rows.filter((row) => String(row[11]).startsWith("Late")).length;
  expect(table.outcome?.values.filter((value) => value === -1)).toHaveLength(late);
  const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const [month = "", year = ""] = String(first[10]).split("-");
  expect(table.observedOn?.values[0]).toBe(Date.UTC(Number(year), months.indexOf(month), 1) / 86_400_000);
});

test("a file in the shape of German credit: 1 and 2 are not guessed; what never decides is told", async () => {
  const content = csvOf(german(400));
  const error = await refusal(content, { outcome: "class" });
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain('"1"');
  expect(error.hint).toContain("--event");
  const table = await readFile(content, { outcome: "class", event: ["2"] });
  expect(reasons(table)).toMatchObject({
    personal_status: "barred",
    foreign_worker: "barred",
    age: "barred",
    employment: "barred",
  });
  // a flag under the header of a telephone names nobody
  expect(inputOf(table, "own_telephone").kind).toBe("category");
});

test("numbers are read as they are written, cell by cell", async () => {
  const table = await readFile(
    lines(
      "id;income;rate;share;late;term;defaulted",
      '1;"$52,000";13.5%;0.5;2;36 months;0',
      "2;48000;14 %;50%;3+;60 months;1",
      "3;.;12.25%;25%;0;36 months;0",
      "4;NULL;?;1;1;36 months;no",
      '5;"$1,000.50";7%;NA;4;24 month;yes',
    ),
  );
  expect(valuesOf(table, "income")).toEqual([52_000, 48_000, Number.NaN, Number.NaN, 1000.5]);
  expect(valuesOf(table, "rate")).toEqual([0.135, 0.14, 0.1225, Number.NaN, 0.07]);
  expect(valuesOf(table, "late")).toEqual([2, 3, 0, 1, 4]);
  expect(valuesOf(table, "term")).toEqual([36, 60, 36, 36, 24]);
});

test.each<[string, string, readonly number[]]>([
  ["decimal commas", "1.234,56|2,5|700,25|12,1", [1234.56, 2.5, 700.25, 12.1]],
  ["hundredths beside percent signs", "13.5%|14|12%|15", [0.135, 0.14, 0.12, 0.15]],
  ["parts beside percent signs", "13.5%|0.14|12%|0.15", [0.135, 0.14, 0.12, 0.15]],
  ["decimal commas before three digits", "0,086|1,237|0,801|-2,005", [0.086, 1.237, 0.801, -2.005]],
  ["decimal commas of percents and units", "8,5 %|10,25 %|0,125 %|1.200 %", [0.085, 0.1025, 0.00125, 12]],
  ["decimal commas before a unit", "1,5 years|10,5 years|2 years|3 years", [1.5, 10.5, 2, 3]],
  ["commas between thousands", "59,696|553|1,200|12,345", [59_696, 553, 1200, 12_345]],
  ["euro signs and brackets for negative numbers", "(5)|10|20|30", [-5, 10, 20, 30]],
])("%s", async (_, cells, expected) => {
  const rows = cells.split("|").map((cell, i) => `${i + 1};${cell};${i % 2}`);
  expect(valuesOf(await readFile(lines("id;x;defaulted", ...rows)), "x")).toEqual(expected);
});

test("a stray word among numbers counts as missing, and is told", async () => {
  const rows = Array.from({ length: 30 }, (_, i) => `${i},${i === 7 ? "see note" : i * 3},${i % 2}`);
  const table = await readFile(lines("id,x,defaulted", ...rows));
  expect(valuesOf(table, "x").filter(Number.isNaN)).toHaveLength(1);
  expect(table.notes).toEqual(['"x": 1 cell that is no number counts as missing']);
});

test("columns that tell nothing, or nothing that may be used, are left out with their reason", async () => {
  const rows = Array.from(
    { length: 60 },
    (_, i) =>
      `${i + 1},${100 - i},,NA,Person ${i},p${i}@example.org,${i} High Street,2020-01-${String((i % 28) + 1).padStart(2, "0")},${i % 2 === 0 ? "m" : "f"},4539578763621486,${i % 3 === 0 ? 1 : 0},${i % 7}`,
  );
  const table = await readFile(
    lines(
      "id,row_number,nothing,also_nothing,name,contact,Home Address,seen,g,plastic,defaulted,late",
      ...rows,
    ),
  );
  expect(reasons(table)).toEqual({
    id: "key",
    row_number: "key",
    nothing: "empty",
    also_nothing: "empty",
    name: "private",
    contact: "private",
    "Home Address": "private",
    seen: "date",
    g: "barred",
    plastic: "private",
    defaulted: "outcome",
  });
  expect(table.borrowers.inputs.map(({ name }) => name)).toEqual(["late"]);
  expect(table.borrowers.groupings).toMatchObject([{ dimension: "g", groups: ["f", "m"] }]);
  expect(JSON.stringify(table)).not.toMatch(/4539578763621486|High Street|Person 3/);
});

test("the key: exact repetitions go, rows that differ refuse, and card numbers are none", async () => {
  const table = await readFile(lines("id,x,defaulted", "1,5,0", "2,6,1", "1,5,0", ",7,0"));
  expect(table.borrowers.keys).toEqual(["1", "2"]);
  expect(table.notes).toEqual([
    '1 row has no "id" and was left out',
    "1 exact repetition of a row was left out",
  ]);
  const conflict = await refusal(lines("ID,x,defaulted", "1,5,0", "2,6,1", "3,6,1", "3,7,1"), { id: "id" });
  expect([conflict.exitCode, conflict.message]).toEqual([
    3,
    'borrowers.csv: rows that share "ID" but differ: 3',
  ]);
  const cards = await refusal(lines("no,x,defaulted", "4539578763621486,5,0", "4716461583322103,6,1"), {
    id: "no",
  });
  expect(cards.exitCode).toBe(3);
  expect(`${cards.message} ${cards.hint}`).not.toMatch(/\d{6}/);
});

test("rows without a key are told apart by what they hold, whatever their order", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `${i % 13},${(i * 7) % 11},${i % 2}`);
  const read = async (body: readonly string[]) =>
    (await readFile(lines("x,y,defaulted", ...body))).borrowers.keys;
  const keys = await read(rows);
  expect(new Set(keys).size).toBe(40);
  expect((await read(rows.toReversed())).toSorted()).toEqual(keys.toSorted());
});

test.each<[string, string, Partial<BorrowerOptions>, 2 | 3, string]>([
  ["no outcome", lines("id,x", "1,2", "2,3"), {}, 2, "--outcome"],
  ["an unknown outcome", lines("id,x,bad", "1,2,0", "2,3,1"), { outcome: "bads" }, 2, '"bad"'],
  ["an unknown key", lines("id,x,bad", "1,2,0", "2,3,1"), { outcome: "bad", id: "key" }, 2, "did you mean"],
  [
    "an unknown column to leave out",
    lines("id,x,bad", "1,2,0", "2,3,1"),
    { outcome: "bad", exclude: ["y"] },
    2,
    '"x"',
  ],
  ["one row", lines("id,x,defaulted", "1,2,0"), {}, 3, "many rows"],
  ["no rows", lines("id,x,defaulted"), {}, 3, "rows"],
  ["a constant outcome", lines("id,x,defaulted", "1,2,1", "2,3,1"), {}, 3, "did not"],
  ["an outcome without values", lines("id,x,defaulted", "1,2,", "2,3,NA"), {}, 3, "--outcome"],
  ["two unknown words", lines("id,x,bad", "1,2,blue", "2,3,red"), { outcome: "bad" }, 3, "--event"],
  ["three words", lines("id,x,bad", "1,2,a", "2,3,b", "3,3,c"), { outcome: "bad" }, 3, "--event"],
  [
    "a word that is not there",
    lines("id,x,bad", "1,2,a", "2,3,b"),
    { outcome: "bad", event: ["c"] },
    2,
    '"a"',
  ],
  [
    "a word that is both",
    lines("id,x,bad", "1,2,a", "2,3,b"),
    { outcome: "bad", event: ["a"], nonEvent: ["A"] },
    2,
    "",
  ],
  ["no headers", lines("1,2,0", "2,3,1"), { outcome: "2" }, 3, "first row"],
])("%s: a clear answer", async (_, content, options, code, hint) => {
  const error = await refusal(content, options);
  expect(error.exitCode).toBe(code);
  expect(error.hint ?? "").toContain(hint);
});

test.each<[string, readonly string[], readonly string[]]>([
  ["0 and 1", ["1", "0"], ["1"]],
  ["numbers with decimals", ["1.0", "0.0"], ["1.0"]],
  ["true and false", ["false", "true"], ["true"]],
  ["yes and no, in any case", ["Yes", "no", "YES"], ["Yes", "YES"]],
  ["good and bad", ["Good", "Bad"], ["Bad"]],
  ["charged off and fully paid", ["Fully Paid", "Charged Off"], ["Charged Off"]],
  ["defaulted and another word", ["Defaulted", "Open"], ["Defaulted"]],
])("the outcome %s is decoded", async (_, words, event) => {
  const rows = Array.from({ length: 12 }, (_row, i) => `${i},${i * i},${words[i % words.length]}`);
  const table = await readFile(lines("id,x,status", ...rows), { outcome: "status" });
  expect([...(table.outcome?.event ?? [])].toSorted()).toEqual([...event].toSorted());
});

test("values that are no codes: months behind from -2 to 8, repeated amounts, a cap, ages", async () => {
  const next = draws(9);
  const rows = Array.from({ length: 1000 }, (_, i) => {
    const behind = Math.floor(next() * 11) - 2;
    const age = 18 + Math.floor(next() * 82);
    const spread = next() < 0.05 ? 99 : Math.round(next() * 95);
    const balance = next() < 0.1 ? -Math.round(next() * 500) : Math.round(next() * 9000);
    return [i, behind, age, spread, balance, next() < 0.1 ? 850 : 600 + Math.round(next() * 250), i % 2];
  });
  const table = await readFile(
    csvOf([["id", "PAY_0", "months_on_book", "spread", "balance", "score", "defaulted"], ...rows]),
  );
  for (const { name } of table.borrowers.inputs) expect([name, codesOf(table, name)]).toEqual([name, []]);
});

test("a number that lies apart and is repeated is a code, whichever it is; one that stands alone is a value", async () => {
  const next = draws(12);
  const rows = Array.from({ length: 600 }, (_, i) => [
    i,
    i % 20 === 0 ? 365_243 : -Math.floor(next() * 15_000),
    i === 5 ? 50_708 : next(),
    i % 50 === 0 ? -1000 : Math.floor(next() * 90),
    i % 2,
  ]);
  const table = await readFile(csvOf([["id", "days_employed", "used", "months", "defaulted"], ...rows]));
  expect(codesOf(table, "days_employed")).toEqual([365_243]);
  expect(codesOf(table, "used")).toEqual([]);
  expect(codesOf(table, "months")).toEqual([-1000]);
});

test("a model's inputs are read as what the model takes them for, and all that are missing are named", async () => {
  const inputs = [
    { name: "rate", kind: "number", codes: [-9] },
    { name: "grade", kind: "category", codes: [] },
  ] as const;
  const table = await readFile(lines("id,GRADE,Rate,other", "7,A,13.5%,x", "8,F,-9,y"), {
    inputs,
    outcomes: "none",
  });
  expect(table.borrowers.inputs.map(({ name }) => name)).toEqual(["rate", "grade"]);
  expect(codesOf(table, "rate")).toEqual([-9]);
  expect(inputOf(table, "grade")).toMatchObject({ levels: ["A", "F"] });
  const error = await refusal(lines("id,x", "1,2"), { inputs, outcomes: "none" });
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain('"rate", "grade"');
});

test("30,000 missing incomes are missing incomes", async () => {
  const next = draws(5);
  const rows = Array.from({ length: 40_000 }, (_, i) => [
    i,
    i < 30_000 ? "" : Math.round(next() * 9000),
    i % 9 === 0 ? 1 : 0,
  ]);
  const table = await readFile(csvOf([["id", "income", "defaulted"], ...rows]));
  expect(valuesOf(table, "income").filter(Number.isNaN)).toHaveLength(30_000);
});
