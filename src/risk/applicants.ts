import { refused } from "../errors.ts";
import type { Borrowers, CategoryColumn, InputColumn, NumberColumn } from "./borrowers.ts";
import type { Model, ModelInput } from "./model.ts";
import { finite } from "./row-order.ts";

/** Values of a column that the model has not met in training, and in how many rows. */
export interface Unseen {
  readonly column: string;
  readonly level: string;
  readonly rows: number;
}

/** The columns that a model looks at, as it knows them. */
export interface Applicants {
  readonly rows: number;
  readonly inputs: readonly ModelInput[];
  readonly columns: readonly InputColumn[];
  readonly unseen: readonly Unseen[];
}

/** Inputs that the champion looks at. */
export function usedInputs(model: Model): ModelInput[] {
  const names =
    model.champion === "trees" && model.trees
      ? model.trees.inputs.map(({ input }) => input)
      : model.scorecard.characteristics.map(({ input }) => input);
  return names.map((name) => model.inputs.find((input) => input.name === name)!);
}

/** Takes the model's inputs from a table by name; further columns are ignored. */
export function applicantsOf(model: Model, borrowers: Borrowers): Applicants {
  const inputs = usedInputs(model);
  const byName = new Map(borrowers.inputs.map((column) => [column.name, column]));
  const lacking = inputs.filter(({ name }) => !byName.has(name)).map(({ name }) => `"${name}"`);
  if (lacking.length > 0) {
    throw refused(
      `the file lacks ${lacking.length === 1 ? "a column" : `${lacking.length} columns`} that the model needs: ${lacking.join(", ")}`,
      `name the columns as in training; the model looks at ${inputs.map(({ name }) => `"${name}"`).join(", ")}`,
    );
  }
  const unseen: Unseen[] = [];
  const columns = inputs.map((input) => {
    const column = byName.get(input.name)!;
    if (input.kind === "number") {
      return column.kind === "number"
        ? { ...column, values: column.values.map(finite), codes: input.codes }
        : numbersOf(column, input, unseen);
    }
    const levels = column.kind === "category" ? column : levelsOf(column);
    noteUnseen(levels, knownLevels(model, input.name), unseen);
    return levels;
  });
  return { rows: borrowers.rows, inputs, columns, unseen };
}

/** A column of numbers that was read as words; what is no number there is missing, and said. */
function numbersOf(column: CategoryColumn, input: ModelInput, unseen: Unseen[]): NumberColumn {
  const numbers = column.levels.map((level) => (level.trim() === "" ? Number.NaN : Number(level)));
  const strange = new Set(column.levels.filter((_, i) => Number.isNaN(numbers[i]!)));
  noteUnseen(column, new Set(column.levels.filter((level) => !strange.has(level))), unseen);
  const values = Float64Array.from(column.values, (level) => finite(numbers[level] ?? Number.NaN));
  return { name: input.name, kind: "number", values, codes: input.codes };
}

/** A column of categories that was read as numbers. */
function levelsOf(column: NumberColumn): CategoryColumn {
  const written = Array.from(column.values, (value) => (Number.isNaN(value) ? undefined : String(value)));
  const levels = [...new Set(written.filter((text) => text !== undefined))].sort();
  const places = new Map(levels.map((level, i) => [level, i]));
  const values = Int32Array.from(written, (text) => (text === undefined ? -1 : places.get(text)!));
  return { name: column.name, kind: "category", levels, values };
}

function knownLevels(model: Model, input: string): ReadonlySet<string> {
  const levels =
    model.champion === "trees" && model.trees
      ? model.trees.inputs.find((known) => known.input === input)?.order
      : model.scorecard.characteristics
          .find((known) => known.input === input)
          ?.bins.flatMap((bin) => bin.levels);
  return new Set(levels);
}

function noteUnseen(column: CategoryColumn, known: ReadonlySet<string>, unseen: Unseen[]): void {
  const counts = new Map<number, number>();
  for (const level of column.values) {
    if (level >= 0 && !known.has(column.levels[level]!)) counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  for (const [level, rows] of [...counts].sort(([a], [b]) => a - b)) {
    unseen.push({ column: column.name, level: column.levels[level]!, rows });
  }
}

export function isMissing(column: InputColumn, row: number): boolean {
  return column.kind === "number" ? Number.isNaN(column.values[row]) : column.values[row]! < 0;
}
