import type { DuckDBEngine } from "./duckdb.ts";

/** Interrupts what runs on the engines when the signal aborts, until it is disposed of. Throws its reason where it has. */
export function interrupting(
  signal: AbortSignal | undefined,
  ...engines: readonly DuckDBEngine[]
): Disposable {
  signal?.throwIfAborted();
  const stop = () => {
    for (const engine of engines) engine.interrupt();
  };
  signal?.addEventListener("abort", stop, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener("abort", stop) };
}
