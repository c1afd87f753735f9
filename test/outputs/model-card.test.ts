import ExcelJS from "exceljs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { modelCard } from "../../src/outputs/model-card.ts";
import { seriesOf, ticksTo } from "../../src/outputs/model-chart.ts";
import { type Card, type CardTable, cellText, fileText } from "../../src/outputs/model-content.ts";
import { escaped, escapedLine, renderCardMarkdown } from "../../src/outputs/model-markdown.ts";
import { validationCard } from "../../src/outputs/model-validation.ts";
import { renderCardWorkbook } from "../../src/outputs/model-workbook.ts";
import { modelSchema } from "../../src/risk/model.ts";
import { HOSTILE, madeModel, performance } from "./model-made.ts";

const tables = (card: Card): CardTable[] =>
  card.sections.flatMap(({ blocks }) => blocks.filter((block) => block.type === "table"));
const tableOf = (card: Card, sheet: string): CardTable => {
  const found = tables(card).find((table) => table.sheet === sheet);
  if (found === undefined) throw new Error(`no table ${sheet}`);
  return found;
};
const words = (card: Card): string => renderCardMarkdown(card).replaceAll("\\", "");

test("the model of these tests is one", () => {
  expect(modelSchema.parse(madeModel())).toEqual(madeModel());
});

describe("what the card says", () => {
  const card = modelCard(madeModel());

  test("what was not stated, what it is, and what to ask", () => {
    const said = words(card);
    expect(said).toContain("| **Observation date** | not stated |");
    expect(said).toContain("| **Window** | not stated |");
    expect(said).toContain("| **Definition** | not stated |");
    expect(said).toContain("Association, not forecast:");
    expect(said).toContain("Are charged-off and closed accounts in the file?");
    expect(said).toContain("| **Rows without an outcome** | 12, left out |");
    expect(card.lead).toBe(
      "A scorecard learnt from 1,000 customers, of whom 200 (20.0%) defaulted: association, not forecast. AUC 0.768 (0.748 to 0.788) in cross-validation.",
    );
  });

  test("what was stated", () => {
    const stated = modelCard(
      madeModel({
        outcome: {
          ...madeModel().outcome,
          kind: "forecast, as stated",
          definition: "90 days past due",
          observed_on: "2023-12-31",
          window: "12 months",
        },
      }),
    );
    const said = words(stated);
    expect(said).toContain("| **Definition** | 90 days past due |");
    expect(said).toContain("| **Observation date** | 2023-12-31 |");
    expect(said).toContain("| **Window** | 12 months |");
    expect(said).not.toContain("Association, not forecast");
    expect(said).toContain("the data cannot prove them");
  });

  test("every bin with its points, and rates that are of its customers", () => {
    const points = tables(card).filter(({ sheet }) => sheet === "Points");
    const bins = madeModel().scorecard.characteristics.flatMap(({ bins: of }) => of);
    expect(points.flatMap(({ rows }) => rows.map((row) => [row[1], row[3], row[4], row[6]]))).toEqual(
      bins.map(({ customers, defaults, points: of }) => [
        customers,
        defaults,
        customers === 0 ? null : defaults / customers,
        of,
      ]),
    );
    expect(points.map(({ rows }) => rows.reduce((sum, row) => sum + Number(row[2]), 0))).toEqual([1, 1]);
  });

  test("why a column is no input, and why an input is not used", () => {
    expect(tableOf(card, "Left out").rows[1]).toEqual([
      "recoveries",
      "tells the outcome",
      "above 0 for defaulted customers alone",
    ]);
    expect(tableOf(card, "Inputs").rows.at(-1)?.at(-1)).toBe("no: information value below 0.02");
  });

  test("the groups below four fifths, and that this is a screen", () => {
    const said = words(card);
    expect(said).toContain("Below 0.8: age 62 and older (0.640).");
    expect(said).toContain("This is a screen, no verdict.");
  });

  test("the scores of the customers in bins without a gap", () => {
    expect(tableOf(card, "Scores").rows).toEqual([
      ["below 480", 160, 0.16],
      ["480 to below 520", 240, 0.24],
      ["520 to below 560", 250, 0.25],
      ["560 and more", 350, 0.35],
    ]);
  });

  test("a ranking has no probability anywhere", () => {
    const ranking = modelCard(madeModel({ champion: "ranking", trees: null }));
    expect(ranking.lead).toMatch(/^A ranking, which gives no probability, /);
    const names = tables(ranking).map(({ sheet }) => sheet);
    expect(names).not.toContain("Calibration");
    expect(names).not.toContain("Trees");
    expect(tableOf(ranking, "Cut-offs").columns.map(({ label }) => label)).not.toContain(
      "Highest probability",
    );
    expect(words(ranking)).toContain("There is no probability, only score and rank.");
  });

  test("a model without any characteristic, group, cut-off or column left out is said to be so", () => {
    const bare = modelCard(
      madeModel({
        scorecard: { ...madeModel().scorecard, characteristics: [] },
        fairness: [],
        cut_offs: [],
        left_out: [],
        out_of_time: null,
        auc_difference: null,
        score_bins: [],
      }),
    );
    const said = words(bare);
    expect(said).toContain("No input says anything about the outcome");
    expect(said).toContain("nothing could be screened");
    expect(said).toContain("No column of the file was left out.");
    expect(said).toContain("Nothing was held out by time");
    expect(said).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("a validation", () => {
  const found = {
    performance: performance("scorecard", 0.71),
    customers: 1_000,
    defaults: 200,
    fairness: [],
    cut_off: 0.15,
    caveats: ["3 customers have a level that is new"],
    stability: [
      { input: null, index: 0.31, verdict: "shifted" as const, bins: [] },
      { input: "utilisation", index: 0.05, verdict: "stable" as const, bins: [] },
    ],
  };

  test("stands beside what the model card said", () => {
    const card = validationCard(madeModel(), found);
    expect(card.lead).toBe(
      "AUC 0.710 (0.690 to 0.730) on 1,000 customers; the model card says 0.768 (0.748 to 0.788).",
    );
    expect(tableOf(card, "Performance").rows[0]?.slice(0, 3)).toEqual(["scorecard", "AUC", 0.71]);
    expect(tableOf(card, "In training").rows[0]?.slice(0, 3)).toEqual(["scorecard", "AUC", 0.768]);
    expect(words(card)).toContain("Not stable: score (PSI) 0.310 (shifted).");
    expect(words(card)).toContain("3 customers have a level that is new");
  });

  test("screens the groups at the cut-off it was made with", () => {
    const said = words(validationCard(madeModel(), { ...found, fairness: madeModel().fairness }));
    expect(said).toContain("Selected is who has a probability of default of at most 15.0%.");
  });

  test("without outcomes only the shift is looked at", () => {
    const card = validationCard(madeModel(), { ...found, performance: null, defaults: null });
    expect(card.lead).toContain("without known outcomes");
    expect(card.sections.map(({ id }) => id)).toEqual(["what-was-looked-at", "stability", "fairness"]);
  });
});

describe("text from files", () => {
  test("is one line without a card number, a control character or what turns text around", () => {
    expect(fileText("a\n\tb\u0000\u202ec 4111 1111 1111 1111")).toBe("a b\uFFFD\uFFFDc …1111");
    expect(fileText("x".repeat(300))).toMatch(/^x{240}… \(300 characters\)$/);
    expect(fileText(`${"x".repeat(239)}😀${"y".repeat(20)}`)).not.toMatch(/\p{Surrogate}/u);
  });

  test("is no markup in Markdown", () => {
    expect(escaped(HOSTILE)).toBe(
      '=cmd\\|"\\<img src=x onerror=alert(1)\\>"!\\[x\\](https\\://evil.example)\\`\\|\u202e',
    );
    expect(escaped("**a** _b_ c_d_e ~~f~~ &lt; www.evil.example a@b.c")).toBe(
      "\\*\\*a\\*\\* \\_b\\_ c_d_e \\~\\~f\\~\\~ \\&lt; www\\.evil.example a\\@b.c",
    );
    expect(["# a", "- a", "1. a", "1) a", "===", "1.5", "a - b"].map(escapedLine)).toEqual([
      "\\# a",
      "\\- a",
      "1\\. a",
      "1\\) a",
      "\\===",
      "1.5",
      "a - b",
    ]);
  });

  test("can be read back, whatever it is, and leaves nothing that begins markup", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const line = escapedLine(text);
        expect(line.replace(/\\([!-/:-@[-`{-~])/g, "$1")).toBe(text.replace(/\s+/g, " ").trim());
        expect(line.replace(/\\[!-/:-@[-`{-~]/g, "")).not.toMatch(/[`*[\]<>|~]|:\/\/|^[#>+=-]/);
      }),
    );
  });

  test("every row of a Markdown table has as many cells as its head", () => {
    const markdown = renderCardMarkdown(modelCard(madeModel()));
    let width = 0;
    for (const line of markdown.split("\n")) {
      const cells = line.replaceAll("\\|", "").split("|").length;
      if (!line.startsWith("|")) width = 0;
      else if (width === 0) width = cells;
      else expect(cells, line).toBe(width);
    }
  });
});

describe("the workbook", () => {
  const read = async (card: Card) => {
    const book = new ExcelJS.Workbook();
    const bytes = await renderCardWorkbook(card);
    await book.xlsx.load(bytes.buffer as ArrayBuffer);
    return { book, bytes };
  };

  test("has every table with typed cells, and no formula", async () => {
    const card = modelCard(madeModel());
    const { book } = await read(card);
    for (const { sheet, columns, rows, group } of tables(card)) {
      const found = book.getWorksheet(sheet);
      const offset = group === undefined ? 1 : 2;
      expect(found?.getRow(1).getCell(offset).value, sheet).toBe(columns[0]?.label);
      if (group !== undefined) continue;
      for (const [index, row] of rows.entries())
        for (const [column, value] of row.entries())
          expect(found?.getRow(index + 2).getCell(column + 1).value ?? null).toBe(value);
    }
    book.eachSheet((sheet) =>
      sheet.eachRow((row) => row.eachCell((cell) => expect(cell.type).not.toBe(ExcelJS.ValueType.Formula))),
    );
    const points = book.getWorksheet("Points");
    expect(points?.rowCount).toBe(9);
    expect(points?.getColumn(1).values.slice(2)).toEqual([
      ...Array(5).fill("Utilisation"),
      ...Array(3).fill("purpose"),
    ]);
    expect(points?.getCell("B7").value).toBe(fileText(HOSTILE));
  });

  test("the same card makes the same bytes", async () => {
    const card = modelCard(madeModel());
    expect(Buffer.from(await renderCardWorkbook(card))).toEqual(Buffer.from(await renderCardWorkbook(card)));
  });
});

describe("charts", () => {
  test("steps are round, begin at 0 and cover the most", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (most) => {
        const ticks = ticksTo(most);
        expect(ticks[0]).toBe(0);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(most * (1 - 1e-8));
        expect(ticks.length).toBeGreaterThanOrEqual(4);
        expect(ticks.length).toBeLessThanOrEqual(7);
      }),
    );
    expect(ticksTo(0.486)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(ticksTo(0)).toEqual([0, 1]);
  });

  test("a series per model, with the points of its rows", () => {
    const table = tableOf(modelCard(madeModel()), "Calibration");
    if (table.chart === undefined) throw new Error("no chart");
    const series = seriesOf(table, table.chart);
    expect(series.map(({ name, points }) => [name, points.length])).toEqual([
      ["scorecard", 10],
      ["boosted trees", 10],
    ]);
    expect(series[0]?.points[3]?.y).toBeCloseTo(0.14, 12);
  });
});

test("numbers as a person reads them", () => {
  expect(cellText("figure", -0.0001)).toBe("0.000");
  expect(cellText("share", 0.1234)).toBe("12.3%");
  expect(cellText("number", 1234567)).toBe("1,234,600");
  expect(cellText("ratio", 2)).toBe("2.00");
  expect(cellText("count", null)).toBe("–");
});
