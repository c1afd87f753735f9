import { maskCardNumbers } from "./schema/mask.ts";

/** What a caller can act on. `code` is stable, `message` is not; each code has one exit code. */
export type ErrorCode =
  | "USAGE"
  | "DATA_REFUSED"
  | "NOT_COMPUTABLE"
  | "QUERY_FAILED"
  | "OUT_OF_SPACE"
  | "QUERY_REFUSED"
  | "NOT_FOUND"
  | "WORKSPACE_IN_USE"
  | "RESULT_SHAPE"
  | "OUTPUT_FAILED";

/**
 * An error for the caller: a lower-case message that names the thing and the value, and a hint that says what
 * to do. Findings about data are issues, not errors.
 */
export class CardscopeError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
  }

  override get name(): string {
    return "CardscopeError";
  }

  /** 1 failed, 2 usage, 3 data refused. */
  get exitCode(): 1 | 2 | 3 {
    if (this.code === "USAGE" || this.code === "QUERY_REFUSED") return 2;
    return this.code === "DATA_REFUSED" ? 3 : 1;
  }
}

/** A file that cannot be used: the reason, and what to try. */
export const refused = (message: string, hint: string, cause?: unknown): CardscopeError =>
  new CardscopeError("DATA_REFUSED", message, { hint, cause });

/** A call that cannot be carried out as written. */
export const usage = (message: string, hint?: string): CardscopeError =>
  new CardscopeError("USAGE", message, hint === undefined ? {} : { hint });

/** Keeps the statement beside the engine's message. */
export class QueryError extends CardscopeError {
  readonly sql: string;

  constructor(sql: string, engine: string, cause: unknown) {
    super(
      "QUERY_FAILED",
      // a value that cannot be cast stands in the message, whatever it is
      maskCardNumbers(
        `${engine} refused the query: ${cause instanceof Error ? cause.message : String(cause)}`,
      ),
      {
        cause,
      },
    );
    this.sql = sql;
  }
}
