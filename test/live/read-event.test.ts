import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LONGEST_LINE, readEvent } from "../../src/live/read-event.ts";
import { eventJsonSchema } from "../../src/schema/event.ts";
import { eventsAbout } from "./portfolio.ts";

const NOW = Date.UTC(2026, 10, 28);
const balance = {
  specversion: "1.0",
  id: "1",
  source: "/core",
  type: "balance",
  subject: "11",
  time: "2026-11-20T10:00:00Z",
  sequence: 7,
  data: { balance_usd: 12.5 },
};
const card = {
  ...balance,
  type: "card",
  data: { user_id: 5, brand: "visa", type: "Credit", expires_on: "2027-03" },
};
const customer = { ...balance, type: "customer", data: { age: 40, gender: "F", state: "california" } };
const read = (event: unknown) => readEvent(JSON.stringify(event), NOW);
const reasonOf = (event: unknown) => {
  const found = read(event);
  return "reason" in found ? found.reason : "";
};

test("an event is read as the canonical tables hold it", () => {
  expect(read(balance)).toEqual({
    id: "1",
    source: "/core",
    type: "balance",
    subject: "11",
    time: Date.UTC(2026, 10, 20, 10),
    sequence: 7,
    op: "upsert",
    data: { balance_usd: 12.5 },
    owner: null,
  });
  expect(read(card)).toMatchObject({
    owner: "5",
    data: { user_id: "5", brand: "Visa", type: "credit", expires_on: "2027-03-01" },
  });
  expect(read(customer)).toMatchObject({ data: { age: 40, gender: "Female", state: "CA" } });
});

test("a state that is not stated follows from the coordinates, as in files", () => {
  expect(read({ ...customer, data: { latitude: 42.39, longitude: -83.27 } })).toMatchObject({
    data: { latitude: 42.39, longitude: -83.27, state: "MI" },
  });
});

test("a sequence may be text, as CloudEvents write it, and a delete has no data", () => {
  expect(read({ ...balance, sequence: "0012" })).toMatchObject({ sequence: 12 });
  expect(read({ ...card, op: "delete", data: { anything: true } })).toMatchObject({
    op: "delete",
    data: null,
  });
});

test.each([
  ["subject", { ...balance, subject: undefined }, /subject/],
  ["type", { ...balance, type: "payment" }, /type/],
  ["sequence", { ...balance, sequence: -1 }, /sequence/],
  ["sequence that is no integer", { ...balance, sequence: 1.5 }, /sequence/],
  ["sequence beyond what is exact", { ...balance, sequence: 2 ** 53 }, /sequence/],
  ["time", { ...balance, time: "yesterday" }, /time/],
  ["time without a zone", { ...balance, time: "2026-11-20T10:00:00" }, /time/],
  ["time ahead", { ...balance, time: "2026-11-29T00:00:01Z" }, /more than a day ahead/],
  ["a column of no name", { ...customer, data: { agee: 4 } }, /unknown column "agee": did you mean age\?/],
  ["an impossible value", { ...customer, data: { age: 400 } }, /age/],
  ["a number as text", { ...customer, data: { age: "40" } }, /age/],
  ["no number", { ...balance, data: { balance_usd: "12" } }, /balance_usd/],
  [
    "an unknown type of card",
    { ...card, data: { user_id: 1, type: "gift" } },
    /type: unknown value "gift": one of credit, debit, prepaid/,
  ],
  ["a card of nobody", { ...card, data: { brand: "Visa" } }, /user_id/],
  ["a balance in a card", { ...card, data: { user_id: 1, balance_usd: 4 } }, /unknown column "balance_usd"/],
  ["a month", { ...card, data: { user_id: 1, expires_on: "2027-13" } }, /expires_on/],
  ["a control character", { ...balance, subject: "1\u0000" }, /subject/],
  ["half a character", { ...customer, data: { city: "\ud800" } }, /city/],
  ["blanks around a key", { ...balance, subject: " 11" }, /blank/],
  ["a key that is a card number", { ...balance, subject: "4111111111111111" }, /card number/],
])("%s is refused, with its name", (_, event, reason) => {
  expect(reasonOf(event)).toMatch(reason);
});

test("what is no JSON object leaves its length and hash, not its text", () => {
  for (const line of ["garbage 4111 1111 1111 1111", "[1]", "null", '"x"', "{", ""])
    expect(readEvent(line, NOW)).toMatchObject({
      body: null,
      length: line.length,
      sha256: expect.stringMatching(/^[\da-f]{64}$/),
    });
  expect(readEvent(`"${"x".repeat(LONGEST_LINE)}"`, NOW)).toMatchObject({
    reason: expect.stringContaining("longer"),
    body: null,
  });
});

test("card numbers and security codes go no further, in good events and in bad ones", () => {
  const secrets = {
    card_number: "4111 1111 1111 1111",
    cvv: "987",
    CVC2: "987",
    street_address: "1 Main St",
  };
  const good = JSON.stringify(read({ ...card, data: { ...card.data, ...secrets } }));
  const bad = JSON.stringify(
    read({
      ...customer,
      id: "4111111111111111",
      pan: "4111111111111111",
      data: { ...secrets, city: "at 4111-1111-1111-1111", age: 999 },
    }),
  );
  for (const text of [good, bad]) expect(text).not.toMatch(/4111.?1111|987|Main St/);
  expect(bad).toContain("…1111");
});

test("the events in the guide are events", () => {
  const guide = readFileSync(new URL("../../docs/guides/live.md", import.meta.url), "utf8");
  const lines = guide.split("\n").filter((line) => line.startsWith('{"specversion"'));
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(readEvent(line, NOW)).not.toHaveProperty("reason");
});

test("nothing that comes in makes the reader fail", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.object().map((o) => JSON.stringify({ ...balance, ...o })),
      ),
      (line) => {
        const found = readEvent(line, NOW);
        expect("reason" in found || found.subject.length > 0).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

test("what the JSON Schema allows is what is read", () => {
  const validate = new Ajv2020({
    strict: false,
    formats: { "date-time": (text: string) => !Number.isNaN(Date.parse(text)) },
  }).compile(eventJsonSchema() as object);
  fc.assert(
    fc.property(eventsAbout(["1", "2"], ["11", "12"]), (events) => {
      for (const event of events) {
        expect(validate(event), JSON.stringify(validate.errors)).toBe(true);
        expect("reason" in readEvent(JSON.stringify(event), NOW)).toBe(false);
      }
    }),
    { numRuns: 50 },
  );
  expect(validate({ ...balance, type: "payment" })).toBe(false);
  expect(validate({ ...customer, data: { agee: 4 } })).toBe(false);
  expect(validate({ ...customer, data: { age: 400 } })).toBe(false);
});
