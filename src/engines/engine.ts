import type { OnDone } from "../progress.ts";
import type { Dialect } from "../sql/dialect.ts";
import type { Statement } from "../sql/statement.ts";

/** What a cell of a result can be: counts are safe integers, months and dates are ISO text, no NaN or Infinity. */
export type Scalar = string | number | boolean | null;
export type ResultRow = Readonly<Record<string, Scalar>>;

export interface Relation {
  readonly columns: readonly string[];
  readonly rows: readonly ResultRow[];
}

/** Runs portable statements. Rendering belongs to `dialect` (pure); this interface is only I/O. */
export interface Engine extends AsyncDisposable {
  readonly dialect: Dialect;
  query(statement: Statement): Promise<Relation>;
  /** The rows in batches, in the order the statement states; nothing is kept. */
  stream(statement: Statement): AsyncIterable<Relation>;
  /** `onDone` is told as far as the engine knows. */
  execute(statement: Statement, onDone?: OnDone): Promise<void>;
  /** Stops the statement that runs, which then fails. */
  interrupt(): void;
}
