import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { stateCode } from "../../src/places/states.ts";

// Names and numbers as the Census Bureau gives them, so that the table is not checked against itself.
const path = createRequire(import.meta.url).resolve("us-atlas/states-10m.json");
const atlas: { objects: { states: { geometries: { id: string; properties: { name: string } }[] } } } =
  JSON.parse(readFileSync(path, "utf8"));
const census = atlas.objects.states.geometries.map(({ id, properties }) => ({
  fips: id,
  name: properties.name,
}));

const postal =
  "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH " +
  "OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI";

const writings = (text: string) => [text, text.toUpperCase(), text.toLowerCase(), ` ${text}\t`, `${text}.`];

describe("stateCode", () => {
  test.each(postal.split(" "))("%s in any case is itself", (code) => {
    const mixed = `${code[0]}${code[1]?.toLowerCase()}`;
    for (const text of [...writings(code), mixed, `${code[0]}.${code[1]}.`])
      expect(stateCode(text)).toBe(code);
  });

  test.each(census)("$name is one state, by name and by number", ({ fips, name }) => {
    const code = stateCode(name);
    expect(postal.split(" ")).toContain(code);
    for (const text of [...writings(name), fips, String(Number(fips))]) expect(stateCode(text)).toBe(code);
  });

  test("no two states share a code", () => {
    expect(new Set(census.map(({ name }) => stateCode(name))).size).toBe(56);
  });

  test.each([
    ["New  York", "NY"],
    ["Washington", "WA"],
    ["Washington, D.C.", "DC"],
    ["U.S. Virgin Islands", "VI"],
    ["West Virginia", "WV"],
    ["kansas", "KS"],
    ["Arkansas", "AR"],
    ["06", "CA"],
    ["6", "CA"],
    ["48", "TX"],
  ])("%s is %s", (text, code) => {
    expect(stateCode(text)).toBe(code);
  });

  test.each([
    "",
    " ",
    ".",
    "XX",
    "USA",
    "Ontario",
    "AE",
    "Calif",
    "New",
    "0",
    "3",
    "03",
    "43",
    "99",
    "006",
    "6.0",
    "-6",
    "constructor",
  ])("%j is none", (text) => {
    expect(stateCode(text)).toBeNull();
  });
});
