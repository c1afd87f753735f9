import { existsSync, readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { closest, distance } from "fastest-levenshtein";
import { usage } from "../errors.ts";
import { cannotPrint, fail } from "./fail.ts";

interface ReadingOptions {
  asOf?: string;
  set?: Record<string, string>;
  map?: Record<string, string>;
  sheet?: Record<string, string>;
  quiet?: boolean;
}

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** Runs the command line. Engines are loaded by the commands that need them, so that --help is quick. */
export async function main(argv: readonly string[]): Promise<void> {
  const isDebug = argv.includes("--debug");
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) is no failure: the command ends as usual, and cleans up.
    if (error.code !== "EPIPE") fail(cannotPrint(error), isDebug);
  });
  const program = build();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else fail(error, isDebug);
  }
}

function build(): Command {
  const program = new Command("cardscope")
    .description("Answers that hold up, from a customers file and a cards file.")
    .version(version)
    .argument("[files...]", "customers file and cards file, or one workbook; sample data when left out")
    .option("--port <n>", "port of the dashboard; any free one when left out", portNumber, 0)
    .option("--host <address>", "address to listen on; a token is needed beyond this machine", "127.0.0.1")
    .option("--no-open", "do not open the dashboard in a browser")
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "cardscope: ")) })
    .exitOverride()
    .helpCommand(true)
    // commands and the program share options: each takes those that follow it
    .enablePositionalOptions()
    .action(async (files: string[], options) => {
      refuseMistypedCommand(files[0], program);
      const { dashboard } = await import("./dashboard.ts");
      await dashboard(files, { ...readingOf(options), ...pick(options, "host", "port", "open") });
    });
  reading(program);

  reading(program.command("analyze"))
    .description("run the analyses and print a summary, JSON, or a folder of reports")
    .argument("<files...>", "customers file and cards file, in either order, or one workbook with both")
    .option("--only <ids>", "only these analyses, separated by commas", list)
    .option("--out <dir>", "write report.html, report.xlsx, csv files, issues.csv and result.json into DIR")
    .option("--json", "print one JSON document")
    .option("--share", "leave out customers' rows and suppress small cells")
    .action(async (files: string[], options) => {
      const { analyze } = await import("./analyze.ts");
      await analyze(files, { ...readingOf(options), ...pick(options, "only", "out", "json", "share") });
    });

  reading(program.command("check"))
    .description("report on the quality of the data only")
    .argument("<files...>", "customers file and cards file, or one workbook")
    .option("--json", "print the inputs and issues as JSON")
    .action(async (files: string[], options) => {
      const { check } = await import("./check.ts");
      await check(files, { ...readingOf(options), ...pick(options, "json") });
    });

  common(program.command("sample"))
    .description("write a made-up portfolio: a users and a cards file")
    .argument("<dir>", "folder to write into")
    .option("--customers <n>", "how many customers", wholeNumber, 2000)
    .option("--seed <s>", "the same seed gives the same portfolio", wholeNumber, 1)
    .addOption(
      new Option("--format <format>", "file format").choices(["csv", "xlsx", "parquet"]).default("csv"),
    )
    .option("--brief", "only the columns of the original brief")
    .action(async (directory: string, options) => {
      const { sample } = await import("./sample.ts");
      await sample(directory, options);
    });

  reading(program.command("sql"))
    .description("run one SELECT over the canonical tables and the models")
    .argument("<query>", "SQL: users, cards, card_profile, customer_profile, offer_profile")
    .argument("[files...]", "customers file and cards file; sample data when left out")
    .option("--json", "print rows as JSON")
    .option("--csv", "print rows as csv")
    .option("--max-rows <n>", "rows at most", wholeNumber, 10_000)
    .option("--seconds <n>", "time at most", wholeNumber, 60)
    .action(async (query: string, files: string[], options) => {
      const { sql } = await import("./sql.ts");
      await sql(query, files, {
        ...readingOf(options),
        ...pick(options, "json", "csv", "maxRows", "seconds"),
      });
    });
  return program;
}

/** What is no file and nearly a command was meant as one. */
function refuseMistypedCommand(word: string | undefined, program: Command): void {
  if (word === undefined || existsSync(word)) return;
  const command = closest(
    word,
    program.commands.map((c) => c.name()),
  );
  if (distance(word, command) <= 2) throw usage(`unknown command: ${word}`, `did you mean ${command}?`);
}

/** Options of every command. */
const common = (command: Command): Command =>
  command
    .option("--quiet", "no progress")
    .option("--no-color", "plain text; NO_COLOR does the same")
    .option("--debug", "show the stack of an error");

/** Options of every command that reads files. */
const reading = (command: Command): Command =>
  common(
    command
      .option("--as-of <date>", "day on which the portfolio is looked at, YYYY-MM-DD; inferred when left out")
      .option("--set <measure.param=value>", "another threshold; may be repeated", pair)
      .option("--map <column=header>", "feed a column from a header; may be repeated", pair)
      .option("--sheet <table=name>", "read users or cards from this sheet; may be repeated", pair),
  );

export interface Reading {
  readonly asOf?: string;
  readonly settings: Readonly<Record<string, number>>;
  readonly map: Readonly<Record<string, string>>;
  readonly sheets: Readonly<Partial<Record<"users" | "cards", string>>>;
  readonly quiet: boolean;
}

function readingOf(options: ReadingOptions): Reading {
  const settings = Object.entries(options.set ?? {}).map(([name, text]) => {
    const value = Number(text);
    if (text.trim() === "" || Number.isNaN(value)) throw invalid(`--set ${name}: not a number: ${text}`);
    return [name, value] as const;
  });
  for (const table of Object.keys(options.sheet ?? {}))
    if (table !== "users" && table !== "cards")
      throw invalid(`--sheet: no table ${table}: write users=NAME or cards=NAME`);
  return {
    ...(options.asOf !== undefined && { asOf: options.asOf }),
    settings: Object.fromEntries(settings),
    map: options.map ?? {},
    sheets: options.sheet ?? {},
    quiet: options.quiet === true,
  };
}

function pick<T extends object, K extends keyof T>(options: T, ...names: K[]): Pick<T, K> {
  return Object.fromEntries(
    names.filter((n) => options[n] !== undefined).map((n) => [n, options[n]]),
  ) as Pick<T, K>;
}

const invalid = (message: string): CommanderError => {
  console.error(`cardscope: ${message}`);
  return new CommanderError(2, "cardscope.invalid", message);
};

const list = (text: string): string[] => text.split(",").map((id) => id.trim());

function pair(text: string, found: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Write it name=value.");
  return { ...found, [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Give a whole number.");
  return Number(text);
}

function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError("Give a port from 0 to 65535.");
  return port;
}
