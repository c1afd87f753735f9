import { openDuckDB } from "../engines/duckdb.ts";
import { CardscopeError } from "../errors.ts";
import { maskCardNumbers } from "../schema/mask.ts";
import type { Field } from "../schema/tables.ts";
import { type Binding, bind, bindRow, type HeaderMap, isReadable, type TableName, tables } from "./bind.ts";
import { plainHeader } from "./headers.ts";
import { isFilled } from "./missing.ts";
import { openFiles } from "./open-files.ts";
import {
  type Candidate,
  headersOf,
  isNamed,
  namedTables,
  type Pair,
  type PickOptions,
  pickTables,
  rank,
} from "./pick-tables.ts";
import type { Standins } from "./read-table.ts";
import type { SourceTable } from "./source-table.ts";

/** What would be read from files, before it is read; texts are fit to be shown. */
export interface Proposal {
  /** Null where no table could be it, not even by hand. */
  readonly users: ProposedTable | null;
  readonly cards: ProposedTable | null;
  /** All tables of the files. */
  readonly choices: readonly Choice[];
  /** Why the files cannot be read as they are proposed; null where they can. */
  readonly refusal: Refusal | null;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

export interface Choice {
  /** What `sheets` takes to choose it. */
  readonly name: string;
  readonly file: string;
  readonly sheet: string | null;
  readonly hidden: boolean;
  /** None where the first row is data. */
  readonly headers: readonly string[];
}

export interface ProposedTable {
  readonly choice: string;
  readonly file: string;
  readonly sheet: string | null;
  /** The row that holds the headers, counted from 1 among those that are not empty. */
  readonly row: number;
  /** Every column that a header can feed, in the order of the data dictionary. */
  readonly columns: readonly ProposedColumn[];
  /** Headers that can be chosen. */
  readonly headers: readonly string[];
  /** Headers that feed no column: their cells are not read. */
  readonly ignored: readonly string[];
  /** How many more there are of them. */
  readonly more: number;
  /** Headers that mean a column which another header feeds. */
  readonly spare: readonly NamedHeader[];
  /** Headers that name a column, above cells that cannot be its. */
  readonly unreadable: readonly NamedHeader[];
}

export interface NamedHeader {
  readonly column: string;
  readonly header: string;
}

export interface ProposedColumn {
  readonly column: string;
  readonly label: string;
  readonly doc: string;
  /** A table needs all that is required, and one of its domain. */
  readonly need: "required" | "domain" | "optional";
  readonly header: string | null;
  /** What the key is made of where no header holds it. */
  readonly standin: string | null;
  /** Bound by its values alone. */
  readonly guessed: boolean;
  /** Named, or left out, by hand. */
  readonly chosen: boolean;
  /** Whether its first cells can be its values. */
  readonly readable: boolean;
  /** Some of its first values; none of a card number. */
  readonly samples: readonly string[];
}

const SAMPLES = 5;
const SAMPLE_LENGTH = 40;
/** Longer ones are no headers. */
export const HEADER_LENGTH = 500;
const HEADER_ROWS = 30;
/** A list that a person can look through, whatever a file holds. */
const MAX_HEADERS = 1000;

/**
 * Which header would feed which column, from the first rows of the files. Files that are refused come with the
 * reason, and with the nearest reading where naming headers by hand can mend it. Throws USAGE for a wrong option.
 */
export async function proposeBinding(paths: readonly string[], options: PickOptions = {}): Promise<Proposal> {
  await using engine = await openDuckDB();
  try {
    await using files = await openFiles(engine, paths);
    return proposeOf(files.tables, options);
  } catch (error) {
    return { users: null, cards: null, choices: [], refusal: refusalOf(error) };
  }
}

function proposeOf(sources: readonly SourceTable[], options: PickOptions): Proposal {
  const choices = sources.map((source) => ({
    name: nameOf(source, sources),
    file: source.file,
    sheet: source.sheet,
    hidden: source.hidden === true,
    headers: headersOf(source, likelyHeaderRow(source))?.slice(0, 200) ?? [],
  }));
  const propose = (name: TableName, { source, binding }: Candidate, standin: Standins["key"]) =>
    describe(name, nameOf(source, sources), source, binding, standin, options.map ?? {});
  try {
    const { users, cards, standins } = pickTables(sources, options);
    return {
      users: propose("users", users, standins.users.key),
      cards: propose("cards", cards, standins.cards.key),
      choices,
      refusal: null,
    };
  } catch (error) {
    const refusal = refusalOf(error);
    const nearest = nearestPair(sources, options);
    return {
      users: nearest === undefined ? null : propose("users", nearest.u, undefined),
      cards: nearest === undefined ? null : propose("cards", nearest.c, undefined),
      choices,
      refusal,
    };
  }
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof CardscopeError) || error.code !== "DATA_REFUSED") throw error;
  return { code: error.code, message: error.message, hint: error.hint ?? null };
}

/** The shortest name that only this table has; of tables that share every name, the first is chosen. */
function nameOf(source: SourceTable, all: readonly SourceTable[]): string {
  const { file, sheet } = source;
  const names = sheet === null ? [file] : [sheet, `${file} [${sheet}]`];
  return (
    names.find((name) => all.filter((other) => isNamed(other, name)).length === 1) ?? names.at(-1) ?? file
  );
}

/** Two tables that could be customers and cards once their headers are named, however little of them is known. */
function nearestPair(sources: readonly SourceTable[], { map, sheets }: PickOptions): Pair | undefined {
  const readings = (name: TableName) =>
    namedTables(sources, sheets?.[name]).flatMap((source) => {
      const binding = nearest(name, source, map);
      return binding === undefined ? [] : [{ source, binding }];
    });
  const cards = readings("cards");
  return readings("users")
    .flatMap((u) => cards.filter((c) => c.source !== u.source).map((c) => ({ u, c })))
    .sort((a, b) => rank(b, a))[0];
}

function nearest(name: TableName, source: SourceTable, map?: HeaderMap): Binding | undefined {
  const best = bind(name, source.preview, map);
  if (best.score > 0) return best;
  const row = likelyHeaderRow(source);
  // without headers the first row is someone's data
  return headersOf(source, row)?.length ? bindRow(name, source.preview, row, map ?? {}) : undefined;
}

/** The first row that is about as wide as the table: a title above it is not. */
function likelyHeaderRow({ preview }: SourceTable): number {
  const filled = preview.slice(0, HEADER_ROWS).map((row) => row.filter(isFilled).length);
  const widest = Math.max(...filled, 0);
  return Math.max(
    filled.findIndex((cells) => cells > 0 && cells >= widest / 2),
    0,
  );
}

function describe(
  name: TableName,
  choice: string,
  source: SourceTable,
  binding: Binding,
  standin: Standins["key"],
  map: HeaderMap,
): ProposedTable {
  const { fields } = tables[name];
  const { headerRow, columns } = binding;
  const headers = binding.headers.map(plainHeader);
  const used = new Set(columns.values());
  const ignored = headers.filter((header, i) => !used.has(i) && header !== "");
  const below = source.preview.slice(headerRow + 1);
  const shown = (header: string) => maskCardNumbers(plainHeader(header)).slice(0, HEADER_LENGTH);
  const named = (found: readonly NamedHeader[]) =>
    found.map(({ column, header }) => ({ column, header: shown(header) }));
  return {
    choice,
    file: source.file,
    sheet: source.sheet,
    row: headerRow + 1,
    columns: Object.entries<Field>(fields).flatMap(([column, field]) => {
      if (field.derived) return [];
      const index = columns.get(column);
      const cells = index === undefined ? [] : below.flatMap((row) => filledCell(row[index]));
      return [
        {
          column,
          label: field.label,
          doc: field.doc,
          need: needOf(name, column),
          header: index === undefined ? null : shown(headers[index] ?? ""),
          standin: column === tables[name].key ? (standin ?? null) : null,
          guessed: binding.guessed.has(column),
          chosen: Object.hasOwn(map, `${name}.${column}`) || Object.hasOwn(map, column),
          readable: isReadable(field, cells),
          samples: field.reading === "card_number" ? [] : samplesOf(cells),
        },
      ];
    }),
    headers: [...new Set(headers)].filter(isChoosable).slice(0, MAX_HEADERS),
    ignored: ignored.slice(0, MAX_HEADERS).map(shown),
    more: Math.max(ignored.length - MAX_HEADERS, 0),
    spare: named(binding.spare),
    unreadable: named(binding.unreadable),
  };
}

function needOf(name: TableName, column: string): ProposedColumn["need"] {
  const { key, domain } = tables[name];
  // a card without an owner belongs to no customer
  if (column === key || column === "user_id") return "required";
  return domain.includes(column) ? "domain" : "optional";
}

/** What a mask would change could not be named back. */
const isChoosable = (header: string): boolean =>
  header !== "" && header.length <= HEADER_LENGTH && maskCardNumbers(header) === header;

const filledCell = (cell = ""): string[] => (isFilled(cell) ? [cell.trim()] : []);

function samplesOf(cells: readonly string[]): string[] {
  const shown = cells.map((cell) => {
    const masked = maskCardNumbers(cell);
    return masked.length > SAMPLE_LENGTH ? `${masked.slice(0, SAMPLE_LENGTH)}…` : masked;
  });
  return [...new Set(shown)].slice(0, SAMPLES);
}
