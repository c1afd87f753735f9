import { CardscopeError } from "../errors.ts";

/** Tells the user what went wrong, and what to do; the stack only with --debug. */
export function fail(error: unknown, debug: boolean): void {
  if (isAbort(error)) return;
  if (isPrinting(error)) return;
  const known = error instanceof CardscopeError;
  const message = error instanceof Error ? error.message : String(error);
  console.error(`cardscope: ${message}`);
  if (known && error.hint !== undefined) console.error(`  ${error.hint}`);
  if (!known)
    console.error("  this is a fault in Cardscope, not in your files: run again with --debug and report it");
  if (debug && error instanceof Error) console.error(error.stack);
  process.exitCode = known ? error.exitCode : 1;
}

export const cannotPrint = (cause: NodeJS.ErrnoException): CardscopeError =>
  new CardscopeError("OUTPUT_FAILED", `cannot write to standard output: ${cause.code ?? cause.message}`, {
    hint: "see whether the disk is full",
    cause,
  });

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";

/** The stream reports it as well, and that is told once. */
const isPrinting = (error: unknown): boolean =>
  error instanceof Error && "syscall" in error && error.syscall === "write" && !("path" in error);
