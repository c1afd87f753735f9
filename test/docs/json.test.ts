import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openPortfolio, writeSample } from "../../src/index.ts";
import { documentOf, type LookStamp } from "../../src/outputs/document.ts";
import { pageOf } from "./markdown.ts";

/** Keys of the tables in docs/json.md by the heading above them. */
function documented(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let heading = "";
  for (const line of pageOf("docs/json.md").text.split("\n")) {
    heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
    const key = /^\| `([a-z_0-9]+)`/.exec(line)?.[1];
    if (key !== undefined) found.set(heading, [...(found.get(heading) ?? []), key]);
  }
  return found;
}

const none = { customers: 0, cards: 0 };
const lookStamp: Required<LookStamp> = {
  grain: "customers",
  filters: [],
  settings: [],
  selected: none,
  whole: none,
  events: { count: 0, latest: null, predictions: null },
};

test("docs/json.md names every key of the document, and no other", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cardscope-json-"));
  try {
    const { users, cards } = await writeSample(folder, {
      customers: 300,
      seed: 1,
      format: "csv",
      brief: false,
    });
    await using portfolio = await openPortfolio([cards, users]);
    const document = documentOf(await portfolio.findings(["debt-tiers", "customers-by-city"]));
    const keys = documented();
    const optional = new Set(["look", "shared", "suppressed"]);
    const required = (heading: string) => (keys.get(heading) ?? []).filter((key) => !optional.has(key));
    expect(required("The document")).toEqual(Object.keys(document));
    const [input] = document.inputs;
    expect(required("inputs").toSorted()).toEqual(
      [...Object.keys(input ?? {}), ...Object.keys(input?.columns[0] ?? {})].toSorted(),
    );
    const analysis = document.analyses["debt-tiers"];
    expect(required("analyses").toSorted()).toEqual(Object.keys(analysis ?? {}).toSorted());
    expect(required("columns of an analysis")).toEqual(Object.keys(analysis?.columns[0] ?? {}));
    expect(keys.get("look")).toEqual(Object.keys(lookStamp));
    expect(required("not_computable")).toEqual(Object.keys(document.not_computable[0] ?? {}));
    expect(required("issues").toSorted()).toEqual(
      ["action", "code", "column", "count", "examples", "row", "severity", "table", "value"].toSorted(),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
