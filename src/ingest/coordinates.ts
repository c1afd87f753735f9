import type { DuckDBEngine } from "../engines/duckdb.ts";
import { DOUBLE, DuckDBDataChunk, VARCHAR } from "../engines/node-api.ts";
import { loadPlaces } from "../places/nearest.ts";
import { loadStates } from "../places/states.ts";
import { raw } from "../sql/statement.ts";

/**
 * Fills `state`, where the file states none, and, where it is wanted, `nearest_place` from coordinates. A coordinate that a
 * spreadsheet turned into a day has two candidates: it yields a state only where both lie in the same one.
 *
 * `points`: SQL with user_id, latitude, longitude, other_latitude, other_longitude; the others are null where
 * the coordinate is certain.
 */
export async function locate(engine: DuckDBEngine, points: string, nearestPlaces: boolean): Promise<void> {
  const unstated = await engine.query(raw("select 1 as found from users where state is null limit 1"));
  if (!nearestPlaces && unstated.rows.length === 0) return;
  await engine.execute(
    raw(
      "create or replace table points (latitude double, longitude double, other_latitude double, other_longitude double, state varchar, nearest_place varchar)",
    ),
  );
  const states = loadStates();
  const places = nearestPlaces ? loadPlaces() : undefined;
  const appender = await engine.connection.createAppender("points");
  const distinct = raw(
    `select distinct latitude, longitude, other_latitude, other_longitude from (${points}) points
    where latitude is not null and longitude is not null
    order by latitude nulls last, longitude nulls last, other_latitude nulls last, other_longitude nulls last`,
  );
  for await (const { rows } of engine.stream(distinct)) {
    const located = rows.map((row) => {
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
    const chunk = DuckDBDataChunk.create([DOUBLE, DOUBLE, DOUBLE, DOUBLE, VARCHAR, VARCHAR], located.length);
    for (let i = 0; i < 6; i++)
      chunk.setColumnValues(
        i,
        located.map((point) => point[i] ?? null),
      );
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  await engine.execute(
    raw(`update users set state = coalesce(users.state, points.state), nearest_place = points.nearest_place
      from (${points}) p, points
      where p.user_id = users.user_id
        and points.latitude = p.latitude and points.longitude = p.longitude
        and points.other_latitude is not distinct from p.other_latitude
        and points.other_longitude is not distinct from p.other_longitude`),
  );
  await engine.execute(raw("drop table points"));
}
