import type { DuckDBEngine } from "../engines/duckdb.ts";
import { CardscopeError } from "../errors.ts";
import type { View } from "./build.ts";
import type { Learner } from "./learner.ts";

export async function fillSegments(
  _engine: DuckDBEngine,
  _view: Omit<View, "narrow">,
  _learner: Learner,
): Promise<void> {
  throw new CardscopeError("NOT_COMPUTABLE", "segments are not there yet");
}
