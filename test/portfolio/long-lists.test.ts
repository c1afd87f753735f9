import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { jsonChunks } from "../../src/outputs/json.ts";
import { type AnalysisId, openPortfolio } from "../../src/portfolio/portfolio.ts";
import { writeSample } from "../../src/sample/sample.ts";

const lists = ["customers-with-several-cards", "high-debt-customers", "expiring-cards", "offer-candidates"];

test("a list that memory has the first rows of is whole in JSON, in its order and to the last digit", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cardscope-lists-"));
  try {
    const options = { customers: 30_000, seed: 4, format: "parquet", brief: false } as const;
    const { users, cards } = await writeSample(folder, options);
    await using portfolio = await openPortfolio([users, cards], { nearestPlaces: false });
    const findings = await portfolio.findings(lists);
    const document = JSON.parse(await text(Readable.from(jsonChunks(findings))));
    // written once, and read back as far as memory shows it
    const written = await portfolio.findings(lists, { jsonFolder: folder });
    expect(written.results).toEqual(findings.results);
    expect(JSON.parse(await text(Readable.from(jsonChunks(written))))).toEqual(document);
    const long = findings.results.filter(({ rows, total }) => total > rows.length);
    expect(long.length).toBeGreaterThan(2);
    for (const { analysis, total } of long) {
      const rows = [];
      for await (const batch of portfolio.rows(analysis.id as AnalysisId)) rows.push(...batch);
      expect(rows).toHaveLength(total);
      expect(document.analyses[analysis.id].total).toBe(total);
      expect(document.analyses[analysis.id].rows).toEqual(rows);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
