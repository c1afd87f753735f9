import type { DuckDBEngine } from "../engines/duckdb.ts";
import { DOUBLE, DuckDBDataChunk, VARCHAR } from "../engines/node-api.ts";
import { loadPlaces } from "../places/nearest.ts";
import { loadStates } from "../places/states.ts";
import { type OnDone, partsOf } from "../progress.ts";
import { raw } from "../sql/statement.ts";

/** About the time that each takes, by how many places customers share. */
const WEIGHTS = { keep: 14, update: 86 };

/**
 * Fills `state`, where the file states none, and, where it is wanted, `nearest_place` from coordinates. A coordinate that a
 * spreadsheet turned into a day has two candidates: it yields a state only where both lie in the same one.
 *
 * `points`: SQL with user_id, latitude, longitude, other_latitude, other_longitude; the others are null where
 * the coordinate is certain.
 */
export async function locate(
  engine: DuckDBEngine,
  points: string,
  { nearestPlaces, onDone }: { readonly nearestPlaces: boolean; readonly onDone?: OnDone | undefined },
): Promise<void> {
  const unstated = await engine.query(raw("select 1 as found from users where state is null limit 1"));
  if (!nearestPlaces && unstated.rows.length === 0) return;
  const kept = engine.execute(
    raw(`create or replace table points as
      select * from (${points}) points where latitude is not null and longitude is not null`),
  );
  // while the engine is at it
  const states = loadStates();
  const places = nearestPlaces ? loadPlaces() : undefined;
  await kept;
  const done = partsOf(onDone, WEIGHTS);
  done?.keep(1);
  await engine.execute(
    raw(
      "create or replace table located (latitude double, longitude double, other_latitude double, other_longitude double, state varchar, nearest_place varchar)",
    ),
  );
  const appender = await engine.connection.createAppender("located");
  const distinct = raw(
    `select distinct latitude, longitude, other_latitude, other_longitude from points
    order by latitude nulls last, longitude nulls last, other_latitude nulls last, other_longitude nulls last`,
  );
  for await (const { rows } of engine.stream(distinct)) {
    const found = rows.map((row) => {
      const latitude = Number(row["latitude"]);
      const longitude = Number(row["longitude"]);
      const isCertain = row["other_latitude"] === null && row["other_longitude"] === null;
      const state = states.stateAt(latitude, longitude);
      const other = isCertain
        ? state
        : states.stateAt(
            Number(row["other_latitude"] ?? latitude),
            Number(row["other_longitude"] ?? longitude),
          );
      return [
        latitude,
        longitude,
        row["other_latitude"] as number | null,
        row["other_longitude"] as number | null,
        state === other ? state : null,
        isCertain ? (places?.nearest(latitude, longitude) ?? null) : null,
      ] as const;
    });
    const chunk = DuckDBDataChunk.create([DOUBLE, DOUBLE, DOUBLE, DOUBLE, VARCHAR, VARCHAR], found.length);
    for (let i = 0; i < 6; i++)
      chunk.setColumnValues(
        i,
        found.map((point) => point[i] ?? null),
      );
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  await engine.execute(
    raw(`update users set state = coalesce(users.state, located.state), nearest_place = located.nearest_place
      from points, located
      where points.user_id = users.user_id
        and located.latitude = points.latitude and located.longitude = points.longitude
        and located.other_latitude is not distinct from points.other_latitude
        and located.other_longitude is not distinct from points.other_longitude`),
    done?.update,
  );
  await engine.execute(raw("drop table points"));
  await engine.execute(raw("drop table located"));
}
