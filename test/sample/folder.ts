import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import type { ResultRow } from "../../src/engines/engine.ts";
import { type SampleOptions, writeSample } from "../../src/sample/sample.ts";
import { raw } from "../../src/sql/statement.ts";

export interface Folder extends AsyncDisposable {
  readonly path: string;
}

export async function openFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "cardscope-sample-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export const options: SampleOptions = { customers: 200, seed: 1, format: "csv", brief: false };

export async function query(text: string): Promise<readonly ResultRow[]> {
  await using engine = await openDuckDB();
  return (await engine.query(raw(text))).rows;
}

/** A csv sample as two tables of an engine; months become dates. */
export async function readSample(customers: number, seed: number) {
  await using folder = await openFolder();
  const files = await writeSample(folder.path, { ...options, customers, seed });
  const engine = await openDuckDB();
  const month = (header: string) => `strptime('01/' || "${header}", '%d/%m/%Y')::date`;
  await engine.execute(raw(`create table users as from read_csv('${files.users}')`));
  await engine.execute(
    raw(`create table cards as
      select * replace (${month("Open Date")} as "Open Date", ${month("Expiration Date")} as "Expiration Date")
      from read_csv('${files.cards}', types = {'Open Date': 'varchar', 'Expiration Date': 'varchar'})`),
  );
  return engine;
}
