import { type Command, CommanderError, InvalidArgumentError } from "commander";
import { memoryOf } from "../engines/memory.ts";

interface ReadingOptions {
  asOf?: string;
  set?: Record<string, string>;
  map?: Record<string, string>;
  sheet?: Record<string, string>;
  memory?: string;
  quiet?: boolean;
}

/** Options of every command. */
export const common = (command: Command): Command =>
  command
    .option("--quiet", "no progress")
    .option("--no-color", "plain text; NO_COLOR does the same")
    .option("--debug", "show the stack of an error");

/** Options of every command that reads files. */
export const reading = (command: Command): Command =>
  common(
    command
      .option("--as-of <date>", "day on which the portfolio is looked at, YYYY-MM-DD; inferred when left out")
      .option("--set <measure.param=value>", "another threshold; may be repeated", pair)
      .option("--map <column=header>", "feed a column from a header; may be repeated", pair)
      .option("--sheet <table=name>", "read users or cards from this sheet; may be repeated", pair)
      .option(
        "--memory <size>",
        "memory of the whole process, such as 4GB; what does not fit spills to disk",
      ),
  );

export interface Reading {
  readonly asOf?: string;
  readonly settings: Readonly<Record<string, number>>;
  readonly map: Readonly<Record<string, string>>;
  readonly sheets: Readonly<Partial<Record<"users" | "cards", string>>>;
  /** Bytes of the whole process. */
  readonly memory?: number;
  readonly quiet: boolean;
}

export function readingOf(options: ReadingOptions): Reading {
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
    ...(options.memory !== undefined && { memory: memoryOf(options.memory) }),
    quiet: options.quiet === true,
  };
}

export function pick<T extends object, K extends keyof T>(options: T, ...names: K[]): Pick<T, K> {
  return Object.fromEntries(
    names.filter((n) => options[n] !== undefined).map((n) => [n, options[n]]),
  ) as Pick<T, K>;
}

export const invalid = (message: string): CommanderError => {
  console.error(`cardscope: ${message}`);
  return new CommanderError(2, "cardscope.invalid", message);
};

export const list = (text: string): string[] => text.split(",").map((id) => id.trim());

export const repeated = (text: string, found: readonly string[] = []): string[] => [...found, text];

export function pair(text: string, found: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Write it name=value.");
  return { ...found, [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Give a whole number.");
  return Number(text);
}

export function positiveNumber(text: string): number {
  const number = wholeNumber(text);
  if (number < 1) throw new InvalidArgumentError("Give a whole number from 1.");
  return number;
}

export function share(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !(number >= 0 && number <= 1))
    throw new InvalidArgumentError("Give a share from 0 to 1.");
  return number;
}

export function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError("Give a port from 0 to 65535.");
  return port;
}
