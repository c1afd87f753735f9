import { Worker } from "node:worker_threads";
import { unpackBatch } from "./batch-message.ts";
import type { CellBatch } from "./cells.ts";
import type { WorkbookLimits } from "./limits.ts";
import type { ReadCounts, ReadOptions } from "./sheet-reader.ts";
import { type Answer, errorOf, type Order, type ThreadData } from "./thread-messages.ts";
import type { SheetInfo, Workbook } from "./workbook.ts";

/**
 * Opens a workbook in a thread of its own, so that two are read at the same time, and one while its rows go into the
 * database. Starting a thread takes as long as reading a small workbook.
 */
export async function openWorkbookApart(
  path: string,
  limits: Partial<WorkbookLimits> = {},
): Promise<Workbook> {
  const thread = startThread({ path, limits });
  const opened = await new Promise<Answer>((resolve, reject) => {
    thread.once("message", resolve);
    thread.once("error", reject);
    thread.once("exit", () => reject(new Error("the workbook's thread ended before it began")));
  });
  if (opened.type === "opened") return new WorkbookApart(thread, opened.sheets, opened.lastRow);
  await thread.terminate();
  throw opened.type === "refused"
    ? errorOf(opened.error)
    : new TypeError(`a thread that begins with ${opened.type}`);
}

const startThread = (data: ThreadData): Worker =>
  new Worker(import.meta.url.endsWith(".ts") ? sources() : new URL("./workbook-thread.js", import.meta.url), {
    workerData: data,
    execArgv: [],
  });

/** The sources run by a loader, which does not reach into threads of its own accord. */
function sources(): URL {
  const loader = import.meta.resolve("tsx/esm/api");
  const thread = new URL("./workbook-thread.ts", import.meta.url).href;
  const code = `import { register } from "${loader}"; register(); await import("${thread}");`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

class WorkbookApart implements Workbook {
  readonly sheets: readonly SheetInfo[];
  readonly lastRow: number;
  readonly #thread: Worker;
  readonly #readings = new Map<number, Answers>();
  #count = 0;
  #failure: Error | undefined;

  constructor(thread: Worker, sheets: readonly SheetInfo[], lastRow: number) {
    this.#thread = thread;
    this.sheets = sheets;
    this.lastRow = lastRow;
    thread.on("message", (answer: Answer) => {
      if ("id" in answer) this.#readings.get(answer.id)?.push(answer);
    });
    thread.on("error", (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    thread.on("exit", () => this.#fail(new Error("the workbook was closed while it was read")));
  }

  async read(
    sheet: string,
    { columns, maxRows, signal, onRead }: ReadOptions,
    onBatch: (batch: CellBatch) => void | Promise<void>,
  ): Promise<ReadCounts> {
    signal?.throwIfAborted();
    if (this.#failure !== undefined) throw this.#failure;
    const id = ++this.#count;
    const answers = new Answers();
    const stop = () => answers.fail(signal?.reason);
    signal?.addEventListener("abort", stop);
    this.#readings.set(id, answers);
    this.#order({
      type: "read",
      id,
      sheet,
      ...(columns && { columns }),
      ...(maxRows !== undefined && { maxRows }),
    });
    try {
      for (;;) {
        const answer = await answers.next();
        if (answer.type === "done") return answer.counts;
        if (answer.type === "failed") throw errorOf(answer.error);
        if (answer.type === "share") onRead?.(answer.share);
        if (answer.type !== "batch") continue;
        await onBatch(unpackBatch(answer.batch));
        this.#order({ type: "taken", id });
      }
    } catch (error) {
      this.#order({ type: "stop", id });
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#readings.delete(id);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.terminate();
  }

  #order(order: Order): void {
    this.#thread.postMessage(order);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const answers of this.#readings.values()) answers.fail(this.#failure);
  }
}

/** The answers to one reading, in order, until it fails. */
class Answers {
  readonly #waiting: Answer[] = [];
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  push(answer: Answer): void {
    this.#waiting.push(answer);
    this.#wake();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }

  async next(): Promise<Answer> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      const answer = this.#waiting.shift();
      if (answer !== undefined) return answer;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
