import { cards } from "../schema/cards.ts";
import type { Field, Table } from "../schema/tables.ts";
import { users } from "../schema/users.ts";
import { normalise, plainHeader } from "./headers.ts";
import { isFilled } from "./missing.ts";
import { isWritten, notations } from "./notations.ts";

export type TableName = "users" | "cards";
export const tables: Readonly<Record<TableName, Table>> = { users, cards };

/** Which header feeds which column of a table. */
export interface Binding {
  readonly table: TableName;
  /** 0-based row of the preview that holds the headers. */
  readonly headerRow: number;
  readonly headers: readonly string[];
  /** Column to 0-based index of its header. */
  readonly columns: ReadonlyMap<string, number>;
  /** Columns that were bound by their values alone. */
  readonly guessed: ReadonlySet<string>;
  /** Further headers that mean a column already bound: index and column. */
  readonly spare: readonly { readonly column: string; readonly header: string }[];
  /** Headers that name a column, above cells that cannot be its. */
  readonly unreadable: readonly { readonly column: string; readonly header: string }[];
  /** How much of the table was found; the key counts, the columns of the domain count double. */
  readonly score: number;
}

/** `column=header` overrides; a column of both tables is written `users.user_id`; without a header it is not read. */
export type HeaderMap = Readonly<Record<string, string>>;

const HEADER_ROWS = 30;

/** The best reading of a preview as `table`; the headers may stand below a title. */
export function bind(
  table: TableName,
  preview: readonly (readonly string[])[],
  map: HeaderMap = {},
): Binding {
  const known = new Set(
    Object.entries(tables[table].fields).flatMap(([column, { aliases }]) => [
      column,
      normalise(column),
      ...aliases,
    ]),
  );
  for (const header of Object.values(map)) if (header !== "") known.add(normalise(header));
  // judging values is dear: only rows that could be headers are bound
  const rows = preview
    .slice(0, HEADER_ROWS)
    .flatMap((row, headerRow) =>
      headerRow === 0 || row.filter((cell) => known.has(normalise(cell))).length > 1 ? [headerRow] : [],
    );
  const bindings = rows.map((headerRow) => bindRow(table, preview, headerRow, map));
  return bindings.reduce((best, next) => (next.score > best.score ? next : best));
}

/** Whether enough was found to be this table at all: the key or its stand-in, and one column of the domain. */
export const hasDomain = ({ table, columns }: Binding): boolean =>
  tables[table].domain.some((c) => columns.has(c));

/** The reading of a preview whose headers stand in a given row. */
export function bindRow(
  name: TableName,
  preview: readonly (readonly string[])[],
  headerRow: number,
  map: HeaderMap,
): Binding {
  const { key, domain } = tables[name];
  const wantedOf = (column: string) => map[`${name}.${column}`] ?? map[column];
  const fields = Object.fromEntries(
    Object.entries(tables[name].fields).filter(([column]) => wantedOf(column) !== ""),
  );
  const headers = preview[headerRow] ?? [];
  const below = preview.slice(headerRow + 1);
  const samples = headers.map((_, i) =>
    below.flatMap((row) => (isFilled(row[i] ?? "") ? [String(row[i]).trim()] : [])),
  );
  const keys = headers.map(normalise);
  const columns = new Map<string, number>();
  const guessed = new Set<string>();
  const taken = new Set<number>();
  const spare: { column: string; header: string }[] = [];
  const unreadable: { column: string; header: string }[] = [];
  const take = (column: string, index: number) => {
    columns.set(column, index);
    taken.add(index);
  };

  for (const column of Object.keys(fields)) {
    const wanted = wantedOf(column);
    if (wanted === undefined) continue;
    const exact = headers.findIndex((header) => plainHeader(header) === plainHeader(wanted));
    const index = exact >= 0 ? exact : keys.indexOf(normalise(wanted));
    if (index >= 0) take(column, index);
  }
  bindByCategory(fields, keys, samples, columns, taken, take);
  for (const [column, field] of Object.entries(fields)) {
    if (field.derived) continue;
    const found = [column, normalise(column), ...field.aliases].flatMap((alias) =>
      keys.flatMap((k, i) => (k === alias && !taken.has(i) ? [i] : [])),
    );
    for (const index of new Set(found)) {
      if (!isReadable(field, samples[index] ?? [])) unreadable.push({ column, header: headers[index] ?? "" });
      else if (!columns.has(column)) take(column, index);
      else if (column !== key) spare.push({ column, header: headers[index] ?? "" });
    }
  }
  for (const [column, field] of Object.entries(fields)) {
    if (columns.has(column) || field.categories === undefined) continue;
    const index = samples.findIndex(
      (sample, i) => !taken.has(i) && sample.length >= 10 && known(field, sample) >= 0.9,
    );
    if (index < 0) continue;
    take(column, index);
    guessed.add(column);
  }
  const found = [...columns.keys()].filter((column) => !guessed.has(column));
  const score =
    found.length + found.filter((column) => domain.includes(column)).length + (columns.has(key) ? 2 : 0);
  const ordered = new Map(
    Object.keys(fields).flatMap((column) => {
      const index = columns.get(column);
      return index === undefined ? [] : [[column, index] as const];
    }),
  );
  return {
    table: name,
    headerRow,
    headers,
    columns: ordered,
    guessed,
    spare,
    // a header that another column took, or whose column another header feeds, misses nothing
    unreadable: unreadable.filter(
      ({ column, header }) => !columns.has(column) && ![...taken].some((index) => headers[index] === header),
    ),
    score: found.length < 2 ? 0 : score,
  };
}

/** "Card Type" may hold brands or types: of the headers that could mean either, the values decide. */
function bindByCategory(
  fields: Table["fields"],
  keys: readonly string[],
  samples: readonly (readonly string[])[],
  columns: ReadonlyMap<string, number>,
  taken: ReadonlySet<number>,
  take: (column: string, index: number) => void,
): void {
  const rivals = Object.entries(fields).filter(([, field]) => field.categories !== undefined);
  const aliases = new Map(rivals.map(([column, field]) => [column, new Set([column, ...field.aliases])]));
  const couldBe = (index: number) => rivals.some(([column]) => aliases.get(column)?.has(keys[index] ?? ""));
  for (const [column, field] of rivals) {
    if (columns.has(column)) continue;
    const best = [...keys.keys()]
      .filter((index) => !taken.has(index) && couldBe(index))
      .map((index) => ({ index, share: known(field, samples[index] ?? []) }))
      .filter(({ share }) => share > 0.5)
      .sort((a, b) => b.share - a.share)[0];
    if (best !== undefined) take(column, best.index);
  }
}

/** The share of cells that a category field knows. */
function known(field: Field, sample: readonly string[]): number {
  const spellings = new Set(Object.values(field.categories ?? {}).flat());
  const hits = sample.filter((text) => spellings.has(text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "")));
  return sample.length === 0 ? 0 : hits.length / sample.length;
}

/** A header whose cells cannot be what it says is not bound: a column "age" full of words is another domain's. */
export function isReadable(field: Field, sample: readonly string[]): boolean {
  if (field.reading === "card_number" || sample.length === 0) return true;
  if (field.categories !== undefined && !field.open) return known(field, sample) > 0.5;
  // numbers that a spreadsheet turned into dates are still the column's
  const readable = [...notations[field.reading], ...(field.reading === "number" ? notations.month : [])];
  let read = 0;
  // to judge every cell of every header is a part of a short run
  return sample.some((text) => readable.some((n) => isWritten(n, text)) && ++read > sample.length / 2);
}
