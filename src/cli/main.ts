import { existsSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { closest, distance } from "fastest-levenshtein";
import { usage } from "../errors.ts";
import { version } from "../outputs/version.ts";
import { cannotPrint, fail } from "./fail.ts";
import { modelCommands } from "./model-commands.ts";
import {
  common,
  list,
  pick,
  portNumber,
  positiveNumber,
  reading,
  readingOf,
  repeated,
  share,
  wholeNumber,
} from "./options.ts";

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
    .option(
      "--workspace <dir>",
      "keep the portfolio in DIR and let events change it; files make it the first time",
    )
    .option(
      "--nats <address>",
      "read events of a JetStream stream, nats://HOST:4222/STREAM; may be repeated",
      repeated,
    )
    .option("--kafka <address>", "read events of a topic, HOST:9092/TOPIC; may be repeated", repeated)
    .option(
      "--webhook <url>",
      "call this address when an alert of the workspace starts or ends; signed with CARDSCOPE_WEBHOOK_SECRET",
    )
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "cardscope: ")) })
    .exitOverride()
    .helpCommand(true)
    // commands and the program share options: each takes those that follow it
    .enablePositionalOptions()
    .action(async (files: string[], options) => {
      refuseMistypedCommand(files[0], program);
      const { dashboard } = await import("./dashboard.ts");
      await dashboard(files, {
        ...readingOf(options),
        ...pick(options, "host", "port", "open", "workspace", "webhook", "nats", "kafka"),
      });
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

  modelCommands(program);

  common(program.command("sample"))
    .description("write a made-up portfolio: a users and a cards file")
    .argument("<dir>", "folder to write into")
    .option("--customers <n>", "how many customers", wholeNumber, 2000)
    .option("--seed <s>", "the same seed gives the same portfolio", wholeNumber, 1)
    .addOption(
      new Option("--format <format>", "file format").choices(["csv", "xlsx", "parquet"]).default("csv"),
    )
    .option("--brief", "only the columns of the original brief")
    .option(
      "--events [n]",
      "changes of this sample as well, for a feed; 10000 when the number is left out",
      positiveNumber,
    )
    .option("--disorder <share>", "share of the events that comes late or twice", share)
    .option("--garbage <share>", "lines that are no events, for each that is one", share)
    .action(async (directory: string, options) => {
      const { sample } = await import("./sample.ts");
      await sample(directory, options);
    });

  common(program.command("feed"))
    .description("send the events of a file to a running dashboard")
    .argument("<file>", "one event a line, as JSON; - is standard input")
    .requiredOption("--to <url>", "address of the dashboard, such as http://127.0.0.1:8080")
    .option("--token <token>", "its token for events; the variable CARDSCOPE_EVENTS_TOKEN when left out")
    .option("--rate <n>", "events a second; as fast as they are taken when left out", positiveNumber)
    .option("--batch <n>", "events of a request at most", positiveNumber, 1_000)
    .option("--from-line <n>", "begin at this line of the file", positiveNumber, 1)
    .option("--stop-on-rejected", "stop after the first request with a line that is no event")
    .action(async (file: string, options) => {
      const { feed } = await import("./feed.ts");
      await feed(file, options);
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
