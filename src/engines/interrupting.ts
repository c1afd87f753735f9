import type { DuckDBEngine } from "./duckdb.ts";

/** Interrupts what runs on the engine when the signal aborts, until it is disposed of. Throws its reason where it has. */
export function interrupting(signal: AbortSignal | undefined, engine: DuckDBEngine): Disposable {
  signal?.throwIfAborted();
  const stop = () => engine.interrupt();
  signal?.addEventListener("abort", stop, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener("abort", stop) };
}
