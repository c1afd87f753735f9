import { existsSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { usage } from "../errors.ts";
import { common, pair, pick, type Reading, readingOf, wholeNumber } from "./options.ts";

/** Options of the commands that read borrowers: a customers and a cards file, or one table. */
export interface BorrowersReading extends Reading {
  readonly id?: string;
  readonly outcome?: string;
  readonly event?: readonly string[];
  readonly nonEvent?: readonly string[];
  readonly sheet?: string;
}

/** `train`, `score` and `validate`. */
export function modelCommands(program: Command): void {
  outcomes(borrowers(program.command("train")))
    .description("train a model that predicts defaults, and look at it by cross-validation")
    .argument("[files...]", "customers file and cards file, or one table with a row per borrower")
    .option("--exclude <columns...>", "columns that are no inputs; may be repeated, or be a list with commas")
    .option("--observed-on <date>", "day of the inputs, YYYY-MM-DD, or the column with the day of each row")
    .option("--window <text>", "how long after that day outcomes were looked for, in words")
    .option("--definition <text>", "how the outcome is defined, in words")
    .option("--seed <n>", "the same seed gives the same model", wholeNumber, 1)
    .option("--cutoff <pd>", "probability of default above which nobody is selected", part)
    .option(
      "--benchmark-all-inputs",
      "learn from what never decides as well, for comparison; cannot be exported",
    )
    .option(
      "--out <model>",
      "write the model: a folder with its card and SQL, or model.json where it ends in .json",
    )
    .option("--json", "print one JSON document")
    .action(async (given: string[], options) => {
      const { files, rest } = apart(given, options.exclude ?? []);
      const { train } = await import("./train.ts");
      await train(files, {
        ...borrowersOf(options),
        ...(rest.length > 0 && { exclude: rest }),
        ...pick(
          options,
          "observedOn",
          "window",
          "definition",
          "seed",
          "cutoff",
          "benchmarkAllInputs",
          "out",
          "json",
        ),
      });
    });

  borrowers(program.command("score"))
    .description("score borrowers with a model: probability, points, band, rank and reasons")
    .argument("<model>", "folder or model.json that train wrote")
    .argument("<files...>", "customers file and cards file, or one table with a row per borrower")
    .option("--out <file>", "write to FILE: .csv, .json or .parquet")
    .option("--json", "print one JSON document; csv when left out")
    .action(async (model: string, files: string[], options) => {
      const { score } = await import("./score.ts");
      await score(model, files, { ...borrowersOf(options), ...pick(options, "out", "json") });
    });

  outcomes(borrowers(program.command("validate")))
    .description("hold a model against other borrowers: how well it orders them, and how they have shifted")
    .argument("<model>", "folder or model.json that train wrote")
    .argument("<files...>", "customers file and cards file, or one table with a row per borrower")
    .option("--cutoff <pd>", "probability of default above which nobody is selected", part)
    .option("--out <dir>", "write validation.json, and what it says as Markdown, HTML and xlsx, into DIR")
    .option("--json", "print one JSON document")
    .action(async (model: string, files: string[], options) => {
      const { validate } = await import("./validate.ts");
      await validate(model, files, { ...borrowersOf(options), ...pick(options, "cutoff", "out", "json") });
    });
}

const borrowers = (command: Command): Command =>
  common(
    command
      .option("--id <column>", "the key of a borrower; found by itself where it is called so")
      .option("--as-of <date>", "day on which a portfolio is looked at, YYYY-MM-DD; inferred when left out")
      .option("--set <measure.param=value>", "another threshold; may be repeated", pair)
      .option("--map <column=header>", "feed a column of a portfolio from a header; may be repeated", pair)
      .option("--sheet <name>", "sheet of a table; users=NAME and cards=NAME of a portfolio", sheetName),
  );

const outcomes = (command: Command): Command =>
  command
    .option("--outcome <column>", "the column that says who defaulted; `defaulted` when left out")
    .option("--event <value>", "a value that means default; may be repeated", collect)
    .option("--non-event <value>", "a value that means no default; all others when left out", collect);

/** The sheet of a table, which has no name of its own. */
const TABLE = "";

function sheetName(text: string, found: Record<string, string> = {}): Record<string, string> {
  return /^(?:users|cards)=/.test(text) ? pair(text, found) : { ...found, [TABLE]: text };
}

const collect = (text: string, found: string[] = []): string[] => [...found, text];

function part(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value < 1))
    throw new InvalidArgumentError("Give a number between 0 and 1, such as 0.1.");
  return value;
}

function borrowersOf(options: {
  sheet?: Record<string, string>;
  id?: string;
  outcome?: string;
  event?: string[];
  nonEvent?: string[];
}): BorrowersReading {
  const { [TABLE]: sheet, ...sheets } = options.sheet ?? {};
  return {
    ...readingOf({ ...options, sheet: sheets }),
    ...pick(options, "id", "outcome", "event", "nonEvent"),
    ...(sheet !== undefined && { sheet }),
  };
}

/** A list of columns takes every word that follows it; those that are files were meant as such. */
function apart(given: readonly string[], columns: readonly string[]): { files: string[]; rest: string[] } {
  const isFile = (word: string) => existsSync(word);
  const files = given.length > 0 ? [...given] : columns.filter(isFile);
  if (files.length === 0)
    throw usage("no file given", "cardscope train TABLE --outcome COLUMN, or cardscope train USERS CARDS");
  return { files, rest: given.length > 0 ? [...columns] : columns.filter((word) => !isFile(word)) };
}
