import type { Grouping, InputColumn, LeftOutReason } from "../risk/borrowers.ts";
import { counted, whole } from "../schema/format.ts";
import { literal } from "../sql/statement.ts";
import type { CellsRead } from "./borrower-cells.ts";
import { codesOf } from "./borrower-codes.ts";
import type { KnownInput } from "./borrower-options.ts";

/** Groups of a column that can be compared; a column of more is none of groups. */
const MOST_GROUPS = 20;
/** Credit law protects from this age on (ECOA, regulation B: elderly is 62 and over). */
const OLD = 62;

/** A column as it will be read: its SQL, and what its numbers become. */
export interface Planned {
  readonly sql: string;
  readonly input?: ((values: Float64Array) => InputColumn) | undefined;
  readonly grouping?: ((values: Float64Array) => Grouping) | undefined;
}

export const orMissing = (value: number): number => (Number.isNaN(value) ? -1 : value);

/** SQL for the place of a text among the levels. */
export function placeSql(text: string, levels: readonly string[]): string {
  if (levels.length === 0) return "cast(null as double)";
  const pairs = levels.map((level, i) => `when ${literal(level)} then ${i}`);
  return `case ${text} ${pairs.join(" ")} end`;
}

/** Groups that can be compared: two by age, else the values of a column that has few. */
export function groupingOf(
  dimension: string,
  meaning: string,
  cells: CellsRead,
): { sql: string; grouping: (values: Float64Array) => Grouping } | undefined {
  if (cells.kind === "number" && meaning === "age")
    return {
      sql: cells.value,
      grouping: (values) => ({
        dimension,
        groups: [`under ${OLD}`, `${OLD} and over`],
        values: Int32Array.from(values, (age) => (Number.isNaN(age) ? -1 : age < OLD ? 0 : 1)),
      }),
    };
  if (cells.kind === "number" && meaning !== "place" && meaning !== "area income")
    return {
      sql: cells.value,
      grouping: (values) => {
        const groups = [...new Set(values)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
        const few = groups.length <= MOST_GROUPS ? groups : [];
        const places = new Map(few.map((value, i) => [value, i]));
        return {
          dimension,
          groups: few.map(String),
          values: Int32Array.from(values, (value) => places.get(value) ?? -1),
        };
      },
    };
  if (cells.kind !== "category" || cells.levels.length > MOST_GROUPS) return undefined;
  const { levels } = cells;
  return {
    sql: placeSql(cells.text, levels),
    grouping: (values) => ({ dimension, groups: levels, values: Int32Array.from(values, orMissing) }),
  };
}

/** Where it is kept why a column is no input, and what was found in its cells. */
export interface Findings {
  readonly leave: (column: string, reason: LeftOutReason, because: string) => void;
  readonly note: (text: string) => void;
}

/** A column as an input, by what it holds; undefined where it is none. */
export function inputFrom(
  column: string,
  cells: CellsRead,
  known: KnownInput | undefined,
  { leave, note }: Findings,
): Planned | undefined {
  const name = known?.name ?? column;
  switch (cells.kind) {
    case "number": {
      const { unreadable } = cells;
      if (unreadable > 0)
        note(
          `${JSON.stringify(column)}: ${counted(unreadable, "cell")} that ${unreadable === 1 ? "is no number counts" : "are no numbers count"} as missing`,
        );
      return {
        sql: cells.value,
        input: (values) => {
          const finite = values.map((value) => (Number.isFinite(value) ? value : Number.NaN));
          return { name, kind: "number", values: finite, codes: known?.codes ?? codesOf(finite) };
        },
      };
    }
    case "category": {
      const { levels } = cells;
      return {
        sql: placeSql(cells.text, levels),
        input: (values) => ({ name, kind: "category", levels, values: Int32Array.from(values, orMissing) }),
      };
    }
    case "empty":
      leave(column, "empty", "every value is missing");
      return undefined;
    case "date":
      leave(column, "date", "days are no amounts");
      return undefined;
    case "words": {
      const { distinct } = cells;
      leave(column, "words", `${distinct > 10_000 ? "over 10,000" : whole(distinct)} different words`);
      return undefined;
    }
  }
}
