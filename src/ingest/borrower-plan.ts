import type { Grouping, InputColumn } from "../risk/borrowers.ts";
import { literal } from "../sql/statement.ts";
import type { CellsRead } from "./borrower-cells.ts";

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
