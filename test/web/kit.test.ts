import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvOf } from "../../web/kit/csv.ts";
import { columnOf } from "../../web/kit/data.ts";
import {
  alignedFormat,
  category,
  day,
  formatCell,
  formatName,
  formatValue,
  month,
} from "../../web/kit/format.ts";
import { groupRows } from "../../web/kit/groups.ts";
import { panelsOf } from "../../web/kit/panels.ts";
import { shade } from "../../web/kit/shade.ts";
import { tileColumns, tileRows, tiles } from "../../web/kit/states.ts";
import { endOfDay, slotOf, timeAxis, timeTicks } from "../../web/kit/time.ts";
import { commandOf } from "../../web/report/command.ts";
import type { Report } from "../../web/report/data.ts";
import { spans } from "../../web/report/layout.ts";

const column = (name: string, kind: "label" | "count" | "id" = "label") => ({
  name,
  kind,
  label: name,
  doc: "",
});

describe("csv", () => {
  const csv = (value: string | number | null) =>
    csvOf({ columns: [column("a")], rows: [{ a: value }] }).split("\r\n")[1];

  it("disarms formulas and leaves numbers alone", () => {
    expect(csv("=1+1")).toBe("'=1+1");
    expect(csv("@cmd")).toBe("'@cmd");
    expect(csv("-a")).toBe("'-a");
    expect(csv("\tx")).toBe("'\tx");
    expect(csv("\rx")).toBe('"\'\rx"');
    expect(csv("-12.5")).toBe("-12.5");
    expect(csv("+1e3")).toBe("+1e3");
    expect(csv(-3)).toBe("-3");
    expect(csv(null)).toBe("");
    expect(csv('a "b", c')).toBe('"a ""b"", c"');
  });

  it("no cell starts like a formula, whatever the text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const cell = csvOf({ columns: [column("a")], rows: [{ a: text }] }).slice(3, -2);
        const inner = cell.startsWith('"') ? cell.slice(1) : cell;
        expect(/^[=@\t\r]/.test(inner)).toBe(false);
        if (/^[+-]/.test(inner)) expect(Number.isNaN(Number(inner))).toBe(false);
      }),
    );
  });
});

describe("format", () => {
  it("reads as in the sentences", () => {
    expect(formatValue("share", 0.1234)).toBe("12.3%");
    expect(formatValue("usd", 127_419_388)).toBe("$127,419,388");
    expect(formatValue("ratio", 4.9784)).toBe("4.98");
    expect(formatValue("number", -0.32)).toBe("−0.32");
    expect(formatValue("number", -0.001)).toBe("0");
    expect(formatValue("count", null)).toBe("–");
    expect(formatValue("flag", true)).toBe("yes");
    expect(month("2020-02")).toBe("Feb 2020");
    expect(day("2020-02-29")).toBe("29 February 2020");
  });

  it("names categories, missing ones too, and does not group years", () => {
    expect(category("very_good")).toBe("very good");
    expect(category("18-24")).toBe("18-24");
    expect(formatName(column("band"), null)).toBe("not stated");
    expect(formatCell(column("excluded_because"), null)).toBe("–");
    expect(formatCell(column("year", "count"), 2020)).toBe("2020");
    expect(formatCell(column("user_id", "id"), 12345)).toBe("12345");
  });

  it("aligns decimals where some numbers have them", () => {
    const show = alignedFormat("number", [0.5, 1, null]);
    expect([0.5, 1, null].map(show)).toEqual(["0.50", "1.00", "–"]);
  });
});

describe("time", () => {
  it("keeps gaps", () => {
    const axis = timeAxis(["2019-11", "2020-02"]);
    expect(axis).toMatchObject({ unit: "month", length: 4 });
    if (axis) expect(slotOf(axis, "2020-02")).toBe(3);
    expect(timeAxis([1997, 2020])).toMatchObject({ unit: "year", length: 24 });
    expect(timeAxis(["a", "b"])).toBeUndefined();
    expect(timeAxis([1, 2, 3])).toBeUndefined();
  });

  it("ends the as-of day where its month ends", () => {
    const axis = timeAxis(["2020-01", "2020-12"]);
    if (!axis) throw new Error("no axis");
    expect(endOfDay(axis, "2020-02-29")).toBeCloseTo(2);
    expect(endOfDay(axis, "2022-01-01")).toBeUndefined();
    expect(timeTicks(axis, 4)[0]?.text).toBe("Jan 2020");
  });
});

describe("groups", () => {
  it("keep every row, missing categories and names that come twice", () => {
    const data = {
      columns: [column("x"), column("y", "count"), column("s")],
      rows: [
        { x: "a", y: 1, s: "p" },
        { x: "a", y: 2, s: "q" },
        { x: null, y: 3, s: "q" },
      ],
    };
    const plain = groupRows(data, { mark: "bar", x: "x", y: "y" });
    expect(plain.groups.map(({ name, total }) => [name, total])).toEqual([
      ["a", 1],
      ["a", 2],
      ["not stated", 3],
    ]);
    const stacked = groupRows(data, { mark: "bar", x: "x", y: "y", color: "s" });
    expect(stacked.groups.map(({ name, values }) => [name, ...values])).toEqual([
      ["a", 1, 2],
      ["not stated", null, 3],
    ]);
    expect(columnOf(data, "none").label).toBe("none");
  });
});

describe("layout", () => {
  it("leaves no hole beside a figure", () => {
    const figure = (mark: string, list = false) =>
      ({ chart: { mark, x: "x", y: "y", value: "v" }, columns: [], list, rows: [] }) as never;
    const shapes = ["bar", "bar", "bar", "table", "bar"].map((mark) => figure(mark, mark === "table"));
    expect(spans(shapes)).toEqual([false, false, true, true, true]);
  });

  it("keeps facets whole and in order", () => {
    const facets = ["a", "b", "c"].flatMap((name) => Array.from({ length: 6 }, () => name));
    const { columns, rows } = panelsOf(facets, 3);
    expect(columns).toBe(3);
    expect(rows.filter(({ facet }) => facet !== null).map(({ facet }) => facet)).toEqual(["a", "b", "c"]);
    expect(panelsOf([null, null], 3).columns).toBe(1);
  });

  it("has every state and the capital's district once", () => {
    expect(new Set(tiles.map(({ state }) => state)).size).toBe(51);
    expect(tiles).toHaveLength(51);
    expect(new Set(tiles.map(({ row, column }) => `${row},${column}`)).size).toBe(51);
    expect(tiles.every(({ row, column }) => row < tileRows && column < tileColumns)).toBe(true);
  });

  it("shades by size and sign", () => {
    expect(shade(null, [0, 1])).toContain("surface");
    expect(shade(5, [0, 10])).toContain("high) 50.0%");
    expect(shade(-1, [-1, 0.5])).toContain("negative) 100.0%");
    expect(shade(0, [0, 0])).toContain("0.0%");
  });
});

it("runs an analysis again: quoted for a shell, on its day and with its thresholds", () => {
  const inputs = [{ file: "a b.xlsx" }, { file: "cards.csv" }] as unknown as Report["document"]["inputs"];
  const parameters = {
    "high_debt.ratio": { doc: "", default: 0.5 },
    "small.customers": { doc: "", default: 30 },
  };
  expect(
    commandOf(
      { sql: "select '$x', \"y\", `z`", params: { "high_debt.ratio": 0.4, "small.customers": 30 } },
      { document: { as_of: "2024-02-29", inputs }, parameters },
    ),
  ).toBe(
    'cardscope sql "select \'\\$x\', \\"y\\", \\`z\\`" "a b.xlsx" cards.csv --as-of 2024-02-29 --set high_debt.ratio=0.4',
  );
});
