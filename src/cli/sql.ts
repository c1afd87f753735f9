import { join } from "node:path";
import { openLocked } from "../engines/locked.ts";
import { query } from "../portfolio/select.ts";
import type { Reading } from "./options.ts";
import { printRelation } from "./relation.ts";
import { inSession } from "./session.ts";

export interface SqlOptions extends Reading {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly maxRows: number;
  readonly seconds: number;
}

/** Builds a database in a folder of its own, closes it, and opens it again, locked, for the query. */
export async function sql(text: string, files: readonly string[], options: SqlOptions): Promise<void> {
  await inSession(options, async (session) => {
    const database = join(await session.temporaryFolder(), "portfolio.duckdb");
    const portfolio = await session.open(files, options, { database });
    await portfolio.prepare(text);
    await portfolio.close();
    await using engine = await openLocked(database);
    session.onInterrupt(() => engine.interrupt());
    // one more than asked for tells whether there are more
    const relation = await query(engine, text, { maxRows: options.maxRows + 1, seconds: options.seconds });
    session.progress.clear();
    const isCut = relation.rows.length > options.maxRows;
    printRelation({ ...relation, rows: relation.rows.slice(0, options.maxRows) }, options);
    if (isCut) console.error(`cardscope: the first ${options.maxRows} rows; --max-rows takes more`);
  });
}
