import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compareFigures } from "../../bench/files/compare.ts";

// what the bench calls the same figures must not hide a difference

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cardscope-compare-"));
  await mkdir(join(folder, "rows"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ours = `{"as_of":"2025-06-30","issues":[],
"analyses":{
"debt-tiers":{"title":"Debt tiers","columns":[],"rows":[
{"tier":"low","customers":3,"share":0.75},
{"tier":"high","customers":1,"share":0.25}]},
"long-list":{"title":"A list that the engine writes","columns":[],"rows":[
\t{"user_id":1,"score":7.0},
\t{"user_id":2,"score":null}
]
},
"offers":{"title":"Offers","columns":[],"rows":[
{"offer":"a, ]} b","why":null}]}},
"not_computable":[]}
`;
const same = {
  "debt-tiers":
    '{"customers":3.0,"tier":"low","share":0.75000000000001}\n{"tier":"high","customers":1,"share":0.25}\n',
  "long-list": '{"user_id":1,"score":7}\n{"user_id":2,"score":null}\n',
  offers: '{"offer":"a, ]} b"}\n',
};

async function compare(theirs: Record<string, string>) {
  await writeFile(join(folder, "ours.json"), ours);
  for (const [id, text] of Object.entries(theirs)) await writeFile(join(folder, "rows", `${id}.json`), text);
  return compareFigures(join(folder, "ours.json"), join(folder, "rows"));
}

test("rows are the same whatever the order of their columns, and doubles to nine digits", async () => {
  expect(await compare(same)).toEqual({ analyses: 3, rows: 5, differences: [] });
});

test.each([
  [
    "an integer",
    { ...same, "debt-tiers": same["debt-tiers"].replace("3.0", "4") },
    /row 1, customers: 4 for 3/,
  ],
  ["a double", { ...same, "debt-tiers": same["debt-tiers"].replace("0.25", "0.25000001") }, /row 2, share/],
  ["a text", { ...same, offers: '{"offer":"a","why":null}\n' }, /offers: row 1, offer/],
  ["a value for none", { ...same, offers: '{"offer":"a, ]} b","why":0}\n' }, /why: 0 for null/],
  ["a row too few", { ...same, "debt-tiers": `${same["debt-tiers"].split("\n")[0]}\n` }, /ends after 1 rows/],
  ["a row too many", { ...same, offers: same.offers.repeat(2) }, /has more than 1 rows/],
  [
    "a row of a long list",
    { ...same, "long-list": '{"user_id":1,"score":7}\n' },
    /long-list: ends after 1 rows/,
  ],
  ["an analysis less", { "long-list": same["long-list"], offers: same.offers }, /debt-tiers: missing/],
])("%s is a difference", async (_, theirs, expected) => {
  const { differences } = await compare(theirs);
  expect(differences).toHaveLength(1);
  expect(differences[0]).toMatch(expected);
});
