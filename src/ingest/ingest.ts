import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { Engine } from "../engines/engine.ts";
import { refused } from "../errors.ts";
import { type OnDone, partsOf } from "../progress.ts";
import { Inputs, type SourceColumn } from "../schema/inputs.ts";
import type { Source } from "../schema/issues.ts";
import { maskCardNumbers } from "../schema/mask.ts";
import { raw } from "../sql/statement.ts";
import { type FileMonth, inferFileMonth } from "./as-of.ts";
import { type HeaderMap, type TableName, tables } from "./bind.ts";
import { locate } from "./coordinates.ts";
import { coordinateDay } from "./damage.ts";
import { plainHeader } from "./headers.ts";
import { IssueLog } from "./issue-log.ts";
import { leaveOutKeyless, settleIds, settleKey } from "./keys.ts";
import type { OpenFiles } from "./open-files.ts";
import { type Found, pickTables } from "./pick-tables.ts";
import { type LoadedTable, loadTable, type ReadTable, readTable } from "./read-table.ts";
import { checkAges, checkCardCounts, checkMonths, checkRelations, checkRowNumbers } from "./relations.ts";
import { LOADING } from "./source-table.ts";

export interface IngestOptions {
  /** `column=header` overrides; a column of both tables is written `users.user_id`. */
  readonly map?: HeaderMap;
  /** What to read a table from: the name of a sheet or of a file, or both as `file [sheet]`. */
  readonly sheets?: Readonly<Partial<Record<TableName, string>>>;
  /** Whether to fill `nearest_place`, which no analysis reads and which takes a gazetteer. */
  readonly nearestPlaces: boolean;
  /** Who is told how far a step is; `rows` are about as many as its table has, where the file tells. */
  readonly follow?: (step: string, rows?: number) => OnDone | undefined;
  /** Stops the reading. */
  readonly signal?: AbortSignal;
  /** Told what is done between. */
  readonly onStep?: (step: string) => void;
  /** YYYY-MM-DD; the fallback where the files do not tell their month. */
  readonly today: string;
}

/** About the time that each takes; the last is of what is seldom asked. */
const KEY_CHECKS = { ids: 1, keys: 7, relations: 10, rest: 4 };

/** What reading gave: the tables `users`, `cards` and `issues` in the database, and this. */
export interface Ingested {
  readonly sources: readonly Source[];
  readonly inputs: Inputs;
  readonly fileMonth: FileMonth;
  readonly log: IssueLog;
}

/**
 * Reads a customers file and a cards file, in either order, or one workbook with both, into the canonical
 * tables, and closes them. Throws DATA_REFUSED, before anything is written outside of the database, where they are no portfolio.
 */
export async function ingest(
  engine: DuckDBEngine,
  opening: Promise<OpenFiles>,
  options: IngestOptions,
): Promise<Ingested> {
  const log = await IssueLog.open(engine);
  const files = await opening;
  let read: { users: ReadTable; cards: ReadTable };
  let found: Found;
  const hashes = new Map<string, Promise<string>>();
  try {
    found = pickTables(files.tables, options);
    for (const { source } of [found.users, found.cards]) {
      const hash = hashes.get(source.path) ?? hashOf(source.path, options.signal);
      // what fails while the engine reads is met where the hash is asked for
      hash.catch(() => {});
      hashes.set(source.path, hash);
    }
    const load = (own: DuckDBEngine, { source, binding }: Found["users"]) => {
      const step = `reading ${binding.table}`;
      options.onStep?.(step);
      const onRead = options.follow?.(step, source.rowsAbout);
      const { signal } = options;
      return loadTable(own, source, binding, log, { ...(onRead && { onRead }), ...(signal && { signal }) });
    };
    const check = (own: DuckDBEngine, loaded: LoadedTable) => {
      const { table } = loaded.binding;
      const step = `checking ${table}`;
      options.onStep?.(step);
      const { source } = found[table];
      const onDone = options.follow?.(step, source.rowsAbout);
      return readTable(own, loaded, source.file, found.standins[table], IssueLog.of(own), onDone);
    };
    await engine.execute(raw(`attach ':memory:' as ${LOADING}`));
    if (found.users.source.sheet !== null && found.cards.source.sheet !== null) {
      const loaded = await sideBySide(engine, (own, table) => load(own, found[table]));
      read = await sideBySide(engine, (own, table) => check(own, loaded[table]));
    } else {
      // the engine reads a file on all cores; and of one table at a time less is in memory
      const users = await check(engine, await load(engine, found.users));
      read = { users, cards: await check(engine, await load(engine, found.cards)) };
    }
    await engine.execute(raw(`detach ${LOADING}`));
  } finally {
    await files[Symbol.asyncDispose]();
  }
  for (const name of ["users", "cards"] as const) {
    if (read[name].rows === 0)
      throw refused(`${found[name].source.file}: no rows below the header`, "give a file that has rows");
    await refuseImplausible(engine, read[name], found[name].source.file);
    const { binding } = found[name];
    for (const column of binding.guessed)
      await log.add("guessed_column", name, column, null, headerOf(found[name], column));
    for (const { column, header } of binding.unreadable)
      await log.add("unreadable_column", name, column, null, header);
    for (const { column, header } of binding.spare)
      await log.add("duplicate_header", name, column, null, header);
  }
  options.onStep?.("checking keys");
  const keys = partsOf(options.follow?.("checking keys", read.cards.rows), KEY_CHECKS);
  await leaveOutKeyless(engine, read.users, log);
  await leaveOutKeyless(engine, read.cards, log);
  await settleIds(engine, [
    ["users", "user_id"],
    ["cards", "user_id"],
  ]);
  await settleIds(engine, [["cards", "card_id"]]);
  keys?.ids(1);
  await settleKey(engine, read.users, found.users.source.file, log);
  await settleKey(engine, read.cards, found.cards.source.file, log);
  keys?.keys(1);
  const has = (table: TableName, ...columns: string[]) =>
    columns.every((c) => read[table].columns.some(({ column }) => column === c));
  const names = { users: found.users.source.file, cards: found.cards.source.file };
  if (found.standins.users.key === "row number")
    await checkRowNumbers(engine, names, has("users", "card_count"));
  await checkRelations(engine, log, names);
  keys?.relations(1);
  if (has("users", "card_count")) await checkCardCounts(log);
  if (has("cards", "expires_on", "opened_on")) await checkMonths(log);

  if (has("users", "latitude", "longitude"))
    await locate(engine, await pointsOf(engine, read.users), {
      nearestPlaces: options.nearestPlaces,
      onDone: options.follow?.("placing customers", read.users.rows),
    });
  const fileMonth = await inferFileMonth(engine, options.today);
  if (has("users", "age", "birth_year", "birth_month")) await checkAges(log, fileMonth);
  for (const name of ["users", "cards"] as const)
    await log.keepKeys(name, `select row, ${tables[name].key} as key from ${read[name].name}`);

  const sources: Source[] = [];
  for (const name of ["users", "cards"] as const) {
    await engine.execute(raw(`alter table ${name} drop column row`));
    const { rows } = await engine.query(raw(`select count(*) as n from ${name}`));
    const sha256 = (await hashes.get(found[name].source.path)) ?? "";
    sources.push(describeSource(name, found[name], read[name], Number(rows[0]?.["n"]), sha256));
  }
  return { sources, inputs: await inputsOf(engine), fileMonth, log };
}

/**
 * Two workbooks at once, each on a connection of its own: threads of this program scan them, one each, and a table is
 * checked by many statements whose planning takes one core.
 */
async function sideBySide<T>(
  engine: DuckDBEngine,
  work: (own: DuckDBEngine, table: TableName) => Promise<T>,
): Promise<Record<TableName, T>> {
  await using one = await engine.connect();
  await using other = await engine.connect();
  const [users, cards] = await Promise.allSettled([work(one, "users"), work(other, "cards")]);
  if (users.status === "rejected") throw users.reason;
  if (cards.status === "rejected") throw cards.reason;
  return { users: users.value, cards: cards.value };
}

/** Coordinates of the customers; what a spreadsheet turned into days comes back as two candidates. */
async function pointsOf(engine: DuckDBEngine, read: ReadTable): Promise<string> {
  const { rows } = await engine.query(
    raw(
      `select count(*) as n from issues where code = 'date_in_number' and table_name = 'users' and column_name in ('latitude', 'longitude')`,
    ),
  );
  const plain =
    "select user_id, latitude, longitude, cast(null as double) as other_latitude, cast(null as double) as other_longitude from users";
  if (Number(rows[0]?.["n"]) === 0) return plain;
  const damaged = (column: string) => {
    const { low, high } = coordinateDay("i.value");
    // the sign is lost with the point; longitudes west of Greenwich come as negative numbers and are spared
    return `select u.user_id, ${low} as low, coalesce(${high}, ${low}) as high
      from issues i join ${read.name} u on u.row = i.row
      where i.code = 'date_in_number' and i.table_name = 'users' and i.column_name = '${column}'`;
  };
  return `select users.user_id,
      coalesce(users.latitude, lat.low) as latitude,
      coalesce(users.longitude, lon.low) as longitude,
      case when users.latitude is null then lat.high end as other_latitude,
      case when users.longitude is null then lon.high end as other_longitude
    from users
    left join (${damaged("latitude")}) lat on lat.user_id = users.user_id
    left join (${damaged("longitude")}) lon on lon.user_id = users.user_id`;
}

/** A column of the domain whose values are mostly impossible is another domain's. */
async function refuseImplausible(engine: DuckDBEngine, read: ReadTable, file: string): Promise<void> {
  const { domain } = tables[read.binding.table];
  const bound = read.columns.filter(({ column }) => domain.includes(column));
  const counts = bound.map(({ column }) => `count(${column}) as ${column}`);
  const { rows } = await engine.query(raw(`select count(*) as n, ${counts.join(", ")} from ${read.name}`));
  if (
    bound.some(
      ({ column, filled }) => Number(rows[0]?.[column]) > 0 && Number(rows[0]?.[column]) >= filled / 2,
    )
  )
    return;
  const names = bound.map(
    ({ column }) =>
      `${column} (header ${JSON.stringify(read.binding.headers[read.binding.columns.get(column) ?? 0])})`,
  );
  throw refused(
    `${file}: not a ${read.binding.table} table: the values of ${names.join(", ")} are impossible`,
    "give the customers file and the cards file of a card portfolio, or name the headers with --map",
  );
}

const headerOf = ({ binding }: Found["users"], column: string): string =>
  maskCardNumbers(binding.headers[binding.columns.get(column) ?? -1] ?? "");

function describeSource(
  table: TableName,
  { source, binding }: Found["users"],
  read: ReadTable,
  rows: number,
  sha256: string,
): Source {
  const used = new Set(binding.columns.values());
  const ignored = binding.headers
    .filter((_, i) => !used.has(i))
    .map((header) => maskCardNumbers(plainHeader(header)))
    .filter((header) => header !== "");
  return {
    table,
    file: source.file,
    sheet: source.sheet,
    rows,
    sha256,
    columns: read.columns.map(({ column, notation }) => ({
      column,
      header: headerOf({ source, binding }, column).trim(),
      notation,
    })),
    ignored,
  };
}

async function hashOf(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const bytes = createReadStream(path, { highWaterMark: 1024 * 1024, ...(signal && { signal }) });
  for await (const chunk of bytes) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** The columns that hold at least one value; that is looked for, not counted: most have one in their first row. */
export async function inputsOf(engine: Engine): Promise<Inputs> {
  const columns = (["users", "cards"] as const).flatMap((table) =>
    Object.keys(tables[table].fields).map((column) => ({ table, column })),
  );
  const asked = columns.map(
    ({ table, column }, i) => `exists (select 1 from ${table} where ${column} is not null) as has${i}`,
  );
  const { rows } = await engine.query(raw(`select ${asked.join(", ")}`));
  return new Inputs(
    columns.flatMap(({ table, column }, i) =>
      rows[0]?.[`has${i}`] === true ? [`${table}.${column}` as SourceColumn] : [],
    ),
  );
}
