import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DuckDBEngine, openDuckDB } from "../engines/duckdb.ts";
import { interrupting } from "../engines/interrupting.ts";
import { withinMemory } from "../engines/memory.ts";
import { preparable } from "../engines/prepared.ts";
import { CardscopeError, usage } from "../errors.ts";
import { IssueLog } from "../ingest/issue-log.ts";
import type { AsOfSource } from "../outputs/document.ts";
import { openPortfolio, type PortfolioOptions } from "../portfolio/portfolio.ts";
import type { IssueSummary, Source } from "../schema/issues.ts";
import { literal, raw } from "../sql/statement.ts";
import { ddl, migrations, SCHEMA_VERSION } from "./tables.ts";

/** Of the workspace's database, on its connections. */
export const DATABASE_NAME = "portfolio";
const DATABASE = `${DATABASE_NAME}.duckdb`;
const TOKEN = "events.token";

/**
 * Never by itself: the engine's log is folded into the file by the writer (see applier.ts). The engine would do so within
 * a commit, and the earlier the more heads there are: it adds to the length of the log what it thinks that the commit
 * changes. Told 12 MB, it began at 10 MB and was at 2 MB after 300,000 events.
 */
const NO_CHECKPOINT = "1TB";

/** What the files said when the workspace was made. */
export interface Origin {
  readonly as_of: string;
  readonly as_of_source: AsOfSource;
  readonly sources: readonly Source[];
  readonly issues: readonly IssueSummary[];
}

export type WorkspaceOptions = Pick<
  PortfolioOptions,
  "asOf" | "settings" | "map" | "sheets" | "memory" | "onProgress" | "signal" | "today"
>;

/** A folder that holds a portfolio and the events that changed it. One process has it open at a time. */
export class Workspace implements AsyncDisposable {
  readonly folder: string;
  readonly engine: DuckDBEngine;
  readonly origin: Origin;
  /** Who sends events over HTTP has it. */
  readonly token: string;
  #closed: PromiseLike<void> | undefined;

  private constructor(folder: string, engine: DuckDBEngine, origin: Origin, token: string) {
    this.folder = folder;
    this.engine = engine;
    this.origin = origin;
    this.token = token;
  }

  /** Whether a folder holds one. */
  static isIn(folder: string): boolean {
    return existsSync(join(folder, DATABASE));
  }

  /**
   * Opens the workspace in a folder; makes one from the files where there is none, or an empty one without files.
   * Throws CardscopeError: USAGE where the folder holds something else or already has a portfolio, WORKSPACE_IN_USE
   * where another process has it, DATA_REFUSED where a newer version made it.
   */
  static async open(
    folder: string,
    files: readonly string[],
    options: WorkspaceOptions = {},
  ): Promise<Workspace> {
    const isMade = Workspace.isIn(folder);
    if (isMade && files.length > 0)
      throw usage(
        `${folder} already holds a portfolio`,
        "leave the files out to go on with it, or name another folder",
      );
    if (!isMade) await make(folder, files, options);
    const engine = await openFile(folder, options.memory);
    try {
      await checkVersion(engine, folder);
      const { rows } = await engine.query(raw("select value from meta where name = 'origin'"));
      const origin = JSON.parse(String(rows[0]?.["value"])) as Origin;
      return new Workspace(folder, engine, origin, await tokenOf(folder));
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Bytes of the engine's log. */
  async logBytes(): Promise<number> {
    return (await stat(join(this.folder, `${DATABASE}.wal`)).catch(() => undefined))?.size ?? 0;
  }

  /** Bytes of the file. */
  async fileBytes(): Promise<number> {
    return (await stat(join(this.folder, DATABASE))).size;
  }

  /** Whether the disk has room for all of the file and the log once more: the engine gives up where folding fails. */
  async hasRoom(): Promise<boolean> {
    const { bavail, bsize } = await statfs(this.folder);
    return bavail * bsize > (await this.fileBytes()) + (await this.logBytes());
  }

  /** May be called again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.engine[Symbol.asyncDispose]();
    await this.#closed;
  }
}

/** All or nothing: the database has its name when it is complete. */
async function make(folder: string, files: readonly string[], options: WorkspaceOptions): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  const strange = (await readdir(folder)).filter((name) => !name.startsWith(DATABASE) && name !== TOKEN);
  if (strange.length > 0)
    throw usage(
      `${folder} is no workspace: it holds ${strange[0]}`,
      "name an empty folder, or one that does not exist yet",
    );
  const path = join(folder, `${DATABASE}.making`);
  const read = join(folder, `${DATABASE}.reading`);
  const clear = async () => {
    for (const name of await readdir(folder))
      if (name.startsWith(`${DATABASE}.`)) await rm(join(folder, name), { recursive: true, force: true });
  };
  await clear();
  try {
    const origin = files.length === 0 ? noFiles(options) : await readFiles(files, read, options);
    {
      await using engine = await openDuckDB(path, withinMemory(options.memory));
      using _interrupting = interrupting(options.signal, engine);
      for (const statement of ddl) await engine.execute(raw(statement));
      if (files.length > 0) await copyPortfolio(engine, read);
      else await IssueLog.open(engine);
      await engine.execute(
        raw(`insert into meta values
          ('schema_version', ${literal(String(SCHEMA_VERSION))}), ('origin', ${literal(JSON.stringify(origin))})`),
      );
      await engine.execute(raw("checkpoint"));
    }
    await rename(path, join(folder, DATABASE));
  } catch (error) {
    await clear();
    if (made !== undefined) await rmdir(folder).catch(() => {});
    throw error;
  }
  await clear();
}

async function readFiles(
  files: readonly string[],
  database: string,
  options: WorkspaceOptions,
): Promise<Origin> {
  await using portfolio = await openPortfolio(files, { ...options, nearestPlaces: false, database });
  const { asOf, asOfSource, sources, issues } = portfolio;
  return { as_of: asOf, as_of_source: asOfSource, sources, issues };
}

const noFiles = ({ asOf, today }: WorkspaceOptions): Origin => ({
  // events move it
  as_of: asOf ?? today ?? new Date().toISOString().slice(0, 10),
  as_of_source: asOf === undefined ? "today" : "given",
  sources: [],
  issues: [],
});

/** The canonical tables of a database that was read from files, and what was found in them. */
async function copyPortfolio(engine: DuckDBEngine, database: string): Promise<void> {
  await engine.execute(raw(`attach ${literal(database)} as files (read_only)`));
  const types = await engine.query(
    raw(`select distinct column_name, data_type from duckdb_columns()
      where database_name = 'files' and table_name in ('users', 'cards') and column_name in ('user_id', 'card_id')`),
  );
  for (const { column_name: column, data_type: type } of types.rows)
    if (type === "VARCHAR")
      for (const table of column === "card_id" ? ["cards"] : ["users", "cards"])
        await engine.execute(raw(`alter table base_${table} alter ${column} type varchar`));
  for (const table of ["users", "cards"])
    await engine.execute(raw(`insert into base_${table} by name select * from files.${table}`));
  for (const table of ["issues", "issue_keys"])
    await engine.execute(raw(`create table ${table} as from files.${table}`));
  await engine.execute(raw("detach files"));
}

async function openFile(folder: string, memory: number | undefined): Promise<DuckDBEngine> {
  const path = join(folder, DATABASE);
  try {
    return await openDuckDB(path, {
      checkpoint_threshold: NO_CHECKPOINT,
      // batches are small: a second thread costs more than it gives
      threads: "1",
      ...preparable,
      ...withinMemory(memory),
    });
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const holder = /PID (\d+)/.exec(text)?.[1];
    if (/lock/i.test(text))
      throw new CardscopeError(
        "WORKSPACE_IN_USE",
        `${folder} is open in another process${holder === undefined ? "" : ` (${holder})`}`,
        { hint: "use the dashboard of that process, stop it first, or name another folder", cause },
      );
    throw new CardscopeError("DATA_REFUSED", `${folder} cannot be opened: ${text.split("\n")[0]}`, {
      hint: "restore it from a copy, or make another from the files",
      cause,
    });
  }
}

async function checkVersion(engine: DuckDBEngine, folder: string): Promise<void> {
  const found = await engine
    .query(raw("select value from meta where name = 'schema_version'"))
    .catch(() => ({ rows: [] }));
  const version = Number(found.rows[0]?.["value"] ?? Number.NaN);
  if (version === SCHEMA_VERSION) return;
  if (migrations[version] !== undefined) return migrate(engine, version);
  throw new CardscopeError(
    "DATA_REFUSED",
    Number.isNaN(version)
      ? `${folder}/${DATABASE} is no workspace of Cardscope`
      : `${folder} was made by another version of Cardscope: its tables have version ${version}, this one reads ${SCHEMA_VERSION}`,
    { hint: version > SCHEMA_VERSION ? "install the newer version" : "name another folder" },
  );
}

/** In one transaction: a workspace has one version or the other. */
async function migrate(engine: DuckDBEngine, from: number): Promise<void> {
  await engine.execute(raw("begin"));
  for (let version = from; version < SCHEMA_VERSION; version++)
    for (const statement of migrations[version] ?? []) await engine.execute(raw(statement));
  await engine.execute(
    raw(`update meta set value = ${literal(String(SCHEMA_VERSION))} where name = 'schema_version'`),
  );
  await engine.execute(raw("commit"));
}

/** Made once, readable by its owner alone; programs that send events keep it over restarts. */
async function tokenOf(folder: string): Promise<string> {
  const path = join(folder, TOKEN);
  const known = await readFile(path, "utf8").catch(() => "");
  if (known.trim() !== "") return known.trim();
  const token = randomBytes(18).toString("base64url");
  await writeFile(path, `${token}\n`, { mode: 0o600 });
  return token;
}
