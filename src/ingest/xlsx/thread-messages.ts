import { CardscopeError, type ErrorCode } from "../../errors.ts";
import type { BatchMessage } from "./batch-message.ts";
import type { WorkbookLimits } from "./limits.ts";
import type { ReadCounts } from "./sheet-reader.ts";
import type { SheetInfo } from "./workbook.ts";

/** What the thread is started with. */
export interface ThreadData {
  readonly path: string;
  readonly limits: Partial<WorkbookLimits>;
}

/** Batches that may be on their way: enough for neither side to wait, few enough to take no memory. */
export const BATCHES_AHEAD = 4;

/** To the thread. `id` tells readings apart. */
export type Order =
  | {
      readonly type: "read";
      readonly id: number;
      readonly sheet: string;
      readonly columns?: readonly number[];
      readonly maxRows?: number;
    }
  | { readonly type: "taken" | "stop"; readonly id: number };

/** From the thread. What is about the workbook as a whole has no `id`. */
export type Answer =
  | { readonly type: "opened"; readonly sheets: readonly SheetInfo[]; readonly lastRow: number }
  | { readonly type: "refused"; readonly error: PlainError }
  | { readonly type: "batch"; readonly id: number; readonly batch: BatchMessage }
  | { readonly type: "share"; readonly id: number; readonly share: number }
  | { readonly type: "done"; readonly id: number; readonly counts: ReadCounts }
  | { readonly type: "failed"; readonly id: number; readonly error: PlainError };

/** An error without its class, which would be lost on the way. */
export interface PlainError {
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  readonly stack: string | undefined;
  readonly cause: PlainError | undefined;
}

export function plainError(error: unknown): PlainError {
  const { message, stack, cause } = error instanceof Error ? error : new Error(String(error));
  const { code, hint } = error instanceof CardscopeError ? error : { code: undefined, hint: undefined };
  return { code, message, hint, stack, cause: cause === undefined ? undefined : plainError(cause) };
}

export function errorOf({ code, message, hint, stack, cause }: PlainError): Error {
  const options = cause === undefined ? {} : { cause: errorOf(cause) };
  const error =
    code === undefined
      ? new Error(message, options)
      : new CardscopeError(code, message, { ...options, ...(hint !== undefined && { hint }) });
  if (stack !== undefined) error.stack = stack;
  return error;
}
