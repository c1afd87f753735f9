import type { Engine } from "../engines/engine.ts";
import { raw } from "../sql/statement.ts";
import { REACHED } from "./change.ts";

/** How many events the state is of that an engine reads, and when the newest of them happened, as ISO 8601. */
export async function reachedIn(
  engine: Engine,
): Promise<{ readonly position: number; readonly latest: string | null }> {
  const { rows } = await engine.query(
    raw(`select position, strftime(latest, '%Y-%m-%dT%H:%M:%S.%gZ') as latest from ${REACHED}`),
  );
  const { position, latest = null } = rows[0] ?? {};
  return { position: Number(position), latest: latest === null ? null : String(latest) };
}
