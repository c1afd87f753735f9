import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readXlsx } from "hucre";
import { describe, expect, it } from "vitest";
import { CardscopeError } from "../../src/errors.ts";
import { cardColumns } from "../../src/sample/columns.ts";
import { drawCustomer } from "../../src/sample/portfolio.ts";
import { type SampleOptions, writeSample } from "../../src/sample/sample.ts";
import { xlsxWriter } from "../../src/sample/xlsx.ts";
import { openFolder, options, query } from "./folder.ts";

const formats = ["csv", "xlsx", "parquet"] as const;
const digest = async (path: string) =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
const lines = async (path: string) => (await readFile(path, "utf8")).trimEnd().split("\n");

/** Writes a sample, reads it with `read`, and leaves nothing behind. */
async function sample<T>(
  some: Partial<SampleOptions>,
  read: (files: Awaited<ReturnType<typeof writeSample>>) => Promise<T>,
): Promise<T> {
  await using folder = await openFolder();
  return await read(await writeSample(join(folder.path, "new", "folder"), { ...options, ...some }));
}

describe("a sample", () => {
  it("has the documented headers", () =>
    sample({}, async ({ users, cards }) => {
      expect((await lines(users))[0]).toBe(
        "User ID,Age,Gender,Birth Year,Birth Month,Retirement Age,Employment Status,Income,Total Debt,Credit Score,Latitude,Longitude,State,Defaulted",
      );
      expect((await lines(cards))[0]).toBe(
        "Card ID,User ID,Card Brand,Card Type,Credit Limit,Outstanding Balance,Open Date,Expiration Date,Chip",
      );
    }));

  it("is the brief's columns only, where asked, and then Card Type is the brand", () =>
    sample({ brief: true }, async ({ users, cards }) => {
      const [header, ...rows] = await lines(cards);
      expect((await lines(users))[0]).toBe("User ID,Age,Income,Employment Status,Credit Score");
      expect(header).toBe("Card ID,User ID,Card Type,Credit Limit,Expiration Date,Outstanding Balance");
      expect(new Set(rows.map((row) => row.split(",")[2]))).toEqual(
        new Set(["Visa", "Mastercard", "Amex", "Discover"]),
      );
    }));

  it("says what it wrote", () =>
    sample({ customers: 1_500 }, async (files) => {
      expect(files.customers).toBe(1_500);
      expect(await lines(files.users)).toHaveLength(1_501);
      expect(await lines(files.cards)).toHaveLength(files.cards_count + 1);
    }));

  it("has one row per customer, one per card, each as drawn", () =>
    sample({ customers: 1_500, seed: 9 }, async ({ users, cards }) => {
      const drawn = Array.from({ length: 1_500 }, (_, i) => drawCustomer(9, i + 1));
      const firsts = async (path: string) =>
        (await lines(path)).slice(1).map((line) => Number(line.split(",")[0]));
      expect(await firsts(users)).toEqual(drawn.map(({ person }) => person.user_id));
      expect(await firsts(cards)).toEqual(
        drawn.flatMap((customer) => customer.cards.map((card) => card.card_id)),
      );
    }));

  it.each(formats)("is the same bytes every time: %s", async (format) => {
    const both = ({ users, cards }: { users: string; cards: string }) =>
      Promise.all([digest(users), digest(cards)]);
    const first = await sample({ format, customers: 3_000 }, both);
    expect(await sample({ format, customers: 3_000 }, both)).toEqual(first);
    expect(await sample({ format, customers: 3_000, seed: 2 }, both)).not.toEqual(first);
  });

  it("is this data on every machine", () =>
    // A change here changes every published sample: it needs a reason and a line in the changelog.
    sample({ customers: 1_000 }, async ({ users, cards }) => {
      expect({ users: await digest(users), cards: await digest(cards) }).toMatchInlineSnapshot(`
        {
          "cards": "f759cf136b661d2e61e59fc43f1554346a8050820b97aabf608ebb798cdcbba7",
          "users": "6a2e42b101d0ef2b7d8d1b140da8f1348719deebc90c1c2c55d8d61f3eb20bda",
        }
      `);
    }));

  it("of fewer customers is the start of one of more", async () => {
    const few = await sample({ customers: 700 }, async ({ users, cards }) => [
      await lines(users),
      await lines(cards),
    ]);
    await sample({ customers: 2_100 }, async ({ users, cards }) => {
      expect((await lines(users)).slice(0, few[0]?.length)).toEqual(few[0]);
      expect((await lines(cards)).slice(0, few[1]?.length)).toEqual(few[1]);
    });
  });

  it("reports progress to the end", async () => {
    const seen: number[][] = [];
    await sample({ customers: 2_500, onProgress: (done, total) => seen.push([done, total]) }, async () => {});
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toEqual([2_500, 2_500]);
  });
});

describe("formats", () => {
  it.each([false, true])("hold the same rows; brief %s", async (brief) => {
    const customers = 2_500;
    const [fromCsv, fromParquet, fromXlsx] = [
      await sample({ customers, brief }, ({ users, cards }) => tables(users, cards, readCsv)),
      await sample({ customers, brief, format: "parquet" }, ({ users, cards }) =>
        tables(users, cards, readParquet),
      ),
      await sample({ customers, brief, format: "xlsx" }, ({ users, cards }) =>
        tables(users, cards, readWorkbook),
      ),
    ];
    expect(fromCsv.users).toHaveLength(customers + 1);
    expect(fromParquet).toEqual(fromCsv);
    expect(fromXlsx).toEqual(fromCsv);
  });

  it("type the parquet columns", () =>
    sample({ format: "parquet" }, async ({ users, cards }) => {
      const types = async (path: string) =>
        Object.fromEntries(
          (await query(`describe from read_parquet('${path}')`)).map((row) => Object.values(row).slice(0, 2)),
        );
      expect(await types(users)).toMatchObject({
        "User ID": "INTEGER",
        Latitude: "DOUBLE",
        State: "VARCHAR",
        Defaulted: "BOOLEAN",
      });
      expect(await types(cards)).toEqual({
        "Card ID": "INTEGER",
        "User ID": "INTEGER",
        "Card Brand": "VARCHAR",
        "Card Type": "VARCHAR",
        "Credit Limit": "INTEGER",
        "Outstanding Balance": "DECIMAL(12,2)",
        "Open Date": "DATE",
        "Expiration Date": "DATE",
        Chip: "BOOLEAN",
      });
    }));

  it("continue on further sheets where one is full", async () => {
    await using folder = await openFolder();
    const path = join(folder.path, "cards.xlsx");
    const cards = Array.from({ length: 120 }, (_, i) => drawCustomer(1, i + 1)).flatMap(
      (customer) => customer.cards,
    );
    await using writer = await xlsxWriter(100)(path, "cards", cardColumns);
    await writer.write(cards.slice(0, 150));
    await writer.write(cards.slice(150));
    await writer.finish();
    const { sheets } = await readXlsx(await readFile(path));
    expect(sheets.map((sheet) => sheet.name).slice(0, 3)).toEqual(["cards", "cards_2", "cards_3"]);
    for (const sheet of sheets) expect(sheet.rows[0]?.[0]).toBe("Card ID");
    expect(sheets.flatMap((sheet) => sheet.rows.slice(1).map((row) => row[0]))).toEqual(
      cards.map((card) => card.card_id),
    );
  });
});

describe("a sample that cannot be written", () => {
  it("fails, and does not wait for ever, where the disk does not take a workbook", async () => {
    await using folder = await openFolder();
    const cards = Array.from({ length: 500 }, (_, i) => drawCustomer(1, i + 1)).flatMap(
      (customer) => customer.cards,
    );
    const write = async () => {
      await using writer = await xlsxWriter(1_000)(
        join(folder.path, "missing", "cards.xlsx"),
        "cards",
        cardColumns,
      );
      for (let i = 0; i < 50; i++) await writer.write(cards);
      await writer.finish();
    };
    await expect(write()).rejects.toMatchObject({ code: "ENOENT" });
  });

  it.each([0, -1, 1.5, Number.NaN, 1e9])("is refused for %s customers", async (customers) => {
    await using folder = await openFolder();
    await expect(writeSample(folder.path, { ...options, customers })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(String(customers)),
    });
    expect(await readdir(folder.path)).toEqual([]);
  });

  it.each([0.5, Number.NaN, 2 ** 53])("is refused for seed %s", async (seed) => {
    await using folder = await openFolder();
    await expect(writeSample(folder.path, { ...options, seed })).rejects.toMatchObject({ code: "USAGE" });
  });

  it.each(["users.csv", "cards.csv"])("is refused where %s exists, and leaves it alone", async (name) => {
    await using folder = await openFolder();
    await writeFile(join(folder.path, name), "");
    await expect(writeSample(folder.path, options)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(`${name} already exists`),
      hint: "choose another folder or delete it",
    });
    expect(await readdir(folder.path)).toEqual([name]);
    expect(await readFile(join(folder.path, name), "utf8")).toBe("");
  });

  it("is reported where the folder is a file", async () => {
    await using folder = await openFolder();
    const path = join(folder.path, "taken");
    await writeFile(path, "");
    await expect(writeSample(path, options)).rejects.toSatisfy(
      (error) => error instanceof CardscopeError && error.code === "OUTPUT_FAILED",
    );
  });

  it.each(formats)("leaves nothing behind when it is stopped half way: %s", async (format) => {
    await using folder = await openFolder();
    await writeFile(join(folder.path, "mine.txt"), "");
    const stop = new AbortController();
    let reached = 0;
    const onProgress = (done: number) => {
      reached = done;
      if (done > 2_000) stop.abort(new Error("stopped"));
    };
    const some = { ...options, format, customers: 50_000, signal: stop.signal, onProgress };
    await expect(writeSample(folder.path, some)).rejects.toThrow("stopped");
    await expect(
      writeSample(join(folder.path, "a", "b"), { ...some, signal: AbortSignal.abort() }),
    ).rejects.toThrow();
    expect(reached).toBeLessThan(10_000);
    expect(await readdir(folder.path)).toEqual(["mine.txt"]);
  });

  it.each(formats)("takes the folders it made with it: %s", async (format) => {
    await using folder = await openFolder();
    const stop = new AbortController();
    const some = {
      ...options,
      format,
      customers: 5_000,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    };
    await expect(writeSample(join(folder.path, "a", "b"), some)).rejects.toThrow();
    expect(await readdir(folder.path)).toEqual([]);
    await mkdir(join(folder.path, "a"));
    const again = new AbortController();
    const more = { ...some, signal: again.signal, onProgress: () => again.abort() };
    await expect(writeSample(join(folder.path, "a", "b"), more)).rejects.toThrow();
    expect(await readdir(folder.path)).toEqual(["a"]);
  });

  it("undoes the first file when the second cannot take its place", async () => {
    await using folder = await openFolder();
    // A folder that turns up under the second name while the sample is being written.
    const onProgress = () => mkdir(join(folder.path, "cards.csv", "x"), { recursive: true });
    await expect(writeSample(folder.path, { ...options, onProgress })).rejects.toMatchObject({
      code: "OUTPUT_FAILED",
    });
    expect(await readdir(folder.path)).toEqual(["cards.csv"]);
  });
});

type Table = readonly (readonly string[])[];

/** Tables as text, header first: what the three formats have in common. */
const tables = async (users: string, cards: string, read: (path: string) => Promise<Table>) => ({
  users: await read(users),
  cards: await read(cards),
});

const readCsv = async (path: string): Promise<Table> =>
  rows(await query(`from read_csv('${path}', all_varchar = true)`));

const readParquet = async (path: string): Promise<Table> =>
  rows(await query(`from read_parquet('${path}')`)).map((row, line, all) =>
    line === 0 ? row : row.map((text, column) => asCsv(all[0]?.[column] ?? "", text)),
  );

const rows = (objects: readonly object[]): string[][] => [
  Object.keys(objects[0] ?? {}),
  ...objects.map((object) => Object.values(object).map(String)),
];

async function readWorkbook(path: string): Promise<Table> {
  const { sheets } = await readXlsx(await readFile(path));
  const [header = [], ...body] = sheets[0]?.rows ?? [];
  const text = (value: unknown) => (value instanceof Date ? value.toISOString().slice(0, 10) : String(value));
  return [
    header.map(String),
    ...body.map((row) => row.map((value, i) => asCsv(String(header[i]), text(value)))),
  ];
}

/** The csv's way of writing a value that another format has typed. */
function asCsv(header: string, text: string): string {
  if (text === "true" || text === "false") return text === "true" ? "Yes" : "No";
  if (["Latitude", "Longitude", "Outstanding Balance"].includes(header)) return Number(text).toFixed(2);
  const [, year, month] = /^(\d{4})-(\d\d)-01$/.exec(text) ?? [];
  return month === undefined ? text : `${month}/${year}`;
}
