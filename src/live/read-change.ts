import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { DataChunk } from "../engines/node-api.ts";
import type { Change } from "../explore/change.ts";
import { loadTexts } from "../models/load-rows.ts";
import { raw } from "../sql/statement.ts";
import type { KeyTypes } from "./columns.ts";
import type { Moved } from "./commit.ts";

/** The rows of what moved, as the workspace has them now, and the position they are of. */
export async function readChange(
  engine: DuckDBEngine,
  { customers, cards }: Moved,
  keys: KeyTypes,
): Promise<{ readonly change: Omit<Change, "checksInputs">; readonly position: number }> {
  await loadTexts(engine, "wanted_customers", customers);
  await loadTexts(engine, "wanted_cards", cards);
  // one snapshot, whatever is committed meanwhile
  await engine.execute(raw("begin"));
  try {
    const owned = `user_id in (select cast(text as ${keys.user_id}) from wanted_customers)`;
    const { rows } = await engine.query(raw("select position from progress"));
    const users = await chunksOf(engine, `select * from users where ${owned}`);
    // whoever has a card that changed is among the customers, but for cards that are nobody's
    const held = await chunksOf(
      engine,
      `select * from cards where ${owned}
      union all
      select * from cards
      where user_id is null and card_id in (select cast(text as ${keys.card_id}) from wanted_cards)`,
    );
    return {
      change: { customers, cardKeys: cards, users, cards: held, keys },
      position: Number(rows[0]?.["position"]),
    };
  } finally {
    await engine.execute(raw("commit"));
  }
}

async function chunksOf(engine: DuckDBEngine, text: string): Promise<DataChunk[]> {
  const result = await engine.connection.run(text);
  return await result.fetchAllChunks();
}
