import { CardscopeError } from "../errors.ts";

/** Tells the user what went wrong, and what to do; the stack only with --debug. */
export function fail(error: unknown, debug: boolean): void {
  if (isAbort(error)) return;
  const known = error instanceof CardscopeError;
  const message = error instanceof Error ? error.message : String(error);
  console.error(`cardscope: ${message}`);
  if (known && error.hint !== undefined) console.error(`  ${error.hint}`);
  if (!known)
    console.error("  this is a fault in Cardscope, not in your files: run again with --debug and report it");
  if (debug && error instanceof Error) console.error(error.stack);
  process.exitCode = known ? error.exitCode : 1;
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";
