import { analyses } from "../../src/analyses/index.ts";
import { openPortfolio } from "../../src/portfolio/portfolio.ts";
import type { FeedEvent } from "../../src/schema/event.ts";
import { differences, writeTables } from "./files.ts";
import { after, type Row, type Tables } from "./oracle.ts";
import type { Served } from "./served.ts";

/** The canonical tables of files, by the library. */
export async function tablesOfFiles(files: readonly string[]): Promise<Tables> {
  await using portfolio = await openPortfolio(files, { nearestPlaces: false });
  const read = async (table: string, key: string) => {
    const { rows } = await portfolio.query(`select * from ${table}`, { maxRows: 1_000_000 });
    return new Map(rows.map(({ [key]: id, ...row }): [string, Row] => [String(id), row]));
  };
  return { users: await read("users", "user_id"), cards: await read("cards", "card_id") };
}

interface Answer {
  readonly as_of: string;
  readonly analyses: Readonly<Record<string, { readonly rows: readonly Row[]; readonly total: number }>>;
  readonly not_computable: readonly { readonly id: string }[];
}

/**
 * Where the figures of a dashboard differ from a batch run over files with the state that the events lead to: every
 * analysis, of lists the first rows and how many there are.
 */
export async function differencesFromBatch(
  served: Served,
  base: Tables,
  events: readonly FeedEvent[],
  folder: string,
): Promise<string[]> {
  const files = await writeTables(folder, after(base, events));
  const { as_of: asOf } = await served.published();
  await using batch = await openPortfolio(files, { asOf, nearestPlaces: false });
  const ids = Object.keys(analyses);
  const found = await batch.findings();
  const live = await served.json<Answer>(`/api/analyses?ids=${ids.join(",")}`);
  const missing = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id).sort();
  return [
    ...differences(missing(live.not_computable), missing(found.notComputable), "not computable"),
    ...found.results.flatMap(({ analysis: { id }, rows, total }) => {
      const told = live.analyses[id];
      const shown = told?.rows.length ?? 0;
      return differences(
        { total: told?.total, rows: told?.rows },
        { total, rows: JSON.parse(JSON.stringify(rows.slice(0, shown))) },
        id,
      );
    }),
  ];
}
