/**
 * A workbook with one list, written from a portfolio whose rows come again and again until there are enough of them:
 * what writing takes by itself, whatever a portfolio of that size holds. node write-workbook.mjs USERS CARDS ROWS FILE
 */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openPortfolio } from "../../dist/index.js";
import { workbookChunks } from "../../dist/outputs/workbook.js";

const [users = "", cards = "", rows = "0", path = ""] = process.argv.slice(2);
const portfolio = await openPortfolio([users, cards], {
  settings: { "high_debt.ratio": 0 },
  nearestPlaces: false,
});
const findings = await portfolio.findings(["high-debt-customers"]);
const total = Number(rows);
const listed = {
  ...findings,
  results: findings.results.map((result) => ({ ...result, total })),
  rows: again,
};
await pipeline(Readable.from(workbookChunks(listed)), createWriteStream(path));
await portfolio.close();

/** @param {string} id */
async function* again(id) {
  for (let left = total; left > 0; )
    for await (const batch of findings.rows(id)) {
      const part = batch.slice(0, left);
      left -= part.length;
      if (part.length > 0) yield part;
    }
}
