import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ReportData } from "../../src/outputs/report.ts";
import { renderReport } from "../../src/outputs/report.ts";
import { hostile, madeUp } from "../web/made-up.ts";

const html = renderReport(madeUp());
const { version: packageVersion } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { version: string };
const dataOf = (page: string): ReportData =>
  JSON.parse(/<script type="application\/json" id="report-data">(.*?)<\/script>/s.exec(page)?.[1] ?? "null");

describe("renderReport", () => {
  it("keeps text of the files as data", () => {
    expect(html).not.toContain("<img");
    expect(html).not.toContain("<svg onload");
    // the page's own: the policy, the data, the program, and nothing that a value opened or closed
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(dataOf(html).document.analyses["hostile-names"]?.rows[0]?.[0]).toBe(hostile);
  });

  it("asks for nothing from outside and lets only its own program run", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'sha256-[^']+';/);
    expect(policy).not.toContain("unsafe");
    expect(html).not.toMatch(/<link|src="(?!x)|@import|url\((?!#)/);
  });

  it("carries the document's figures unchanged", () => {
    const { document, parameters, issueDocs, titles, version } = dataOf(html);
    const made = madeUp();
    expect(document.as_of).toBe(made.as_of);
    expect(document.issues).toEqual(made.issues);
    expect(document.inputs).toEqual(made.inputs);
    expect(document.not_computable).toEqual(made.not_computable);
    for (const [id, { columns, rows }] of Object.entries(made.analyses))
      expect(document.analyses[id]?.rows, id).toEqual(
        rows.slice(0, 10_000).map((row) => columns.map(({ name }) => row[name] ?? null)),
      );
    expect(parameters["high_debt.ratio"]?.default).toBe(0.5);
    expect(issueDocs["orphan_card"]).toBeTruthy();
    expect(titles["debt-to-income"]?.title).toBeTruthy();
    expect(version).toBe(packageVersion);
  });

  it("embeds the first 10,000 rows of a list and says how many there are", () => {
    const list = dataOf(html).document.analyses["offer-candidates"];
    expect(list?.rows).toHaveLength(10_000);
    expect(list?.total).toBe(12_345);
  });

  it("tells the findings where scripts do not run", () => {
    expect(html).toMatch(/<noscript>.*The sentence of age\..*<\/noscript>/s);
  });

  it("is the same for the same document", () => {
    expect(renderReport(madeUp())).toBe(html);
  });
});
