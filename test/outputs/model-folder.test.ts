import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  modelText,
  validationText,
  writeModelFile,
  writeModelFolder,
  writeValidationFolder,
} from "../../src/outputs/model-folder.ts";
import { type Model, modelSchema } from "../../src/risk/model.ts";
import { madeModel, performance } from "./model-made.ts";

let here: string;
beforeEach(async () => {
  here = await mkdtemp(join(tmpdir(), "cardscope-model-"));
});
afterEach(() => rm(here, { recursive: true }));

const FILES = ["card.html", "card.md", "card.xlsx", "model.json", "score.sql"];
const found = {
  performance: performance(),
  stability: [{ input: null, index: 0.01, verdict: "stable" as const, bins: [] }],
  customers: 1_000,
  defaults: 200,
  fairness: [],
  cut_off: 0.15,
  caveats: [],
};

describe("the text of a model", () => {
  test("is the model, with lists of numbers on one line", () => {
    const text = modelText(madeModel());
    expect(modelSchema.parse(JSON.parse(text))).toEqual(madeModel());
    expect(text).toMatch(/^\{\n {2}"format": "cardscope-model",\n {2}"version": 1,\n/);
    expect(text).toContain('"threshold": [0.5,0,0]');
    expect(text.endsWith("}\n")).toBe(true);
  });

  test("does not depend on the order of its keys, and does not change when it is read and written", () => {
    const turned = Object.fromEntries(Object.entries(madeModel()).toReversed()) as Model;
    expect(modelText(turned)).toBe(modelText(madeModel()));
    expect(modelText(JSON.parse(modelText(madeModel())))).toBe(modelText(madeModel()));
  });

  test("is refused when a figure of it is no number", () => {
    expect(() => modelText(madeModel({ cut_off: Number.NaN }))).toThrow();
  });
});

test("writes every file and nothing beside them; an earlier model is replaced", async () => {
  const out = join(here, "deep", "out");
  const named: string[] = [];
  await writeModelFolder(madeModel(), out, { sql: "select 1", onFile: (name) => named.push(name) });
  expect((await readdir(out)).toSorted()).toEqual(FILES);
  expect(named.toSorted()).toEqual(FILES);
  expect(await readFile(join(out, "score.sql"), "utf8")).toBe("select 1\n");
  await writeModelFolder(madeModel({ seed: 8 }), out, { sql: "select 2\n" });
  expect(await readFile(join(out, "model.json"), "utf8")).toBe(modelText(madeModel({ seed: 8 })));
  expect(await readFile(join(out, "score.sql"), "utf8")).toBe("select 2\n");
  expect(await readdir(join(here, "deep"))).toEqual(["out"]);
});

test.each([
  ["another file", "model.json", '{"format": "other"}'],
  ["a note", "notes.txt", "mine"],
])("a folder with %s in it is refused and left alone", async (_, name, text) => {
  const out = join(here, "out");
  await mkdir(out);
  await writeFile(join(out, name), text);
  await expect(writeModelFolder(madeModel(), out, { sql: "" })).rejects.toMatchObject({
    code: "USAGE",
    message: `${out} holds ${name}, which no run of Cardscope wrote`,
  });
  expect(await readFile(join(out, name), "utf8")).toBe(text);
  expect(await readdir(here)).toEqual(["out"]);
});

test("a model does not replace a validation, nor a validation a model", async () => {
  const out = join(here, "out");
  await writeValidationFolder(madeModel(), found, out);
  expect((await readdir(out)).toSorted()).toEqual([
    "validation.html",
    "validation.json",
    "validation.md",
    "validation.xlsx",
  ]);
  expect(await readFile(join(out, "validation.json"), "utf8")).toBe(validationText(madeModel(), found));
  expect(JSON.parse(validationText(madeModel(), found))).toEqual({
    format: "cardscope-validation",
    version: 1,
    model: "scorecard",
    ...found,
  });
  await expect(writeModelFolder(madeModel(), out, { sql: "" })).rejects.toMatchObject({ code: "USAGE" });
  await writeValidationFolder(madeModel(), { ...found, customers: 7 }, out);
  await writeModelFolder(madeModel(), join(here, "model"), { sql: "" });
  await expect(writeValidationFolder(madeModel(), found, join(here, "model"))).rejects.toMatchObject({
    code: "USAGE",
  });
});

test("nothing is left when it is given up between two files", async () => {
  const stop = new AbortController();
  await expect(
    writeModelFolder(madeModel(), join(here, "new", "out"), {
      sql: "",
      signal: stop.signal,
      onFile: (name) => name === "card.md" && stop.abort(),
    }),
  ).rejects.toMatchObject({ name: "AbortError" });
  expect(await readdir(here)).toEqual([]);
});

test("nothing is left, or changed, when a model cannot be written", async () => {
  const out = join(here, "out");
  await writeModelFolder(madeModel(), out, { sql: "" });
  await expect(
    writeModelFolder(madeModel({ cut_off: Number.POSITIVE_INFINITY }), out, { sql: "" }),
  ).rejects.toThrow();
  expect(await readFile(join(out, "model.json"), "utf8")).toBe(modelText(madeModel()));
  expect(await readdir(here)).toEqual(["out"]);
});

test("the model alone, in a folder that is made; a folder is no file", async () => {
  const file = join(here, "new", "model.json");
  await writeModelFile(madeModel(), file);
  expect(await readFile(file, "utf8")).toBe(modelText(madeModel()));
  await writeModelFile(madeModel({ seed: 9 }), file);
  expect(await readdir(join(here, "new"))).toEqual(["model.json"]);
  await expect(writeModelFile(madeModel(), join(here, "new"))).rejects.toMatchObject({
    code: "USAGE",
    message: `cannot write to ${join(here, "new")}: it is a folder`,
  });
  await expect(writeModelFile(madeModel(), join(file, "x.json"))).rejects.toMatchObject({
    code: "OUTPUT_FAILED",
  });
});
