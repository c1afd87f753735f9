import { parentPort, workerData } from "node:worker_threads";
import { packBatch } from "./batch-message.ts";
import { type Answer, BATCHES_AHEAD, type Order, plainError, type ThreadData } from "./thread-messages.ts";
import { openWorkbook, type Workbook } from "./workbook.ts";

/** The other side of `openWorkbookApart`: reads one workbook, for as long as the thread lives. */
interface Reading {
  readonly stop: AbortController;
  ahead: number;
  /** Called when a batch has been taken. */
  go: () => void;
}

const readings = new Map<number, Reading>();
const answer = (message: Answer, transfer: readonly ArrayBuffer[] = []) =>
  parentPort?.postMessage(message, transfer);

async function read(workbook: Workbook, order: Order & { type: "read" }): Promise<void> {
  const { id, sheet, columns, maxRows } = order;
  const reading: Reading = { stop: new AbortController(), ahead: 0, go: () => {} };
  readings.set(id, reading);
  const options = {
    ...(columns && { columns }),
    ...(maxRows !== undefined && { maxRows }),
    signal: reading.stop.signal,
    onRead: (share: number) => answer({ type: "share", id, share }),
  };
  try {
    const counts = await workbook.read(sheet, options, async (cells) => {
      const batch = packBatch(cells);
      answer({ type: "batch", id, batch }, [batch.buffer]);
      if (++reading.ahead < BATCHES_AHEAD) return;
      await new Promise<void>((resolve) => {
        reading.go = resolve;
      });
    });
    answer({ type: "done", id, counts });
  } catch (error) {
    answer({ type: "failed", id, error: plainError(error) });
  } finally {
    readings.delete(id);
  }
}

function obey(workbook: Workbook, order: Order): void {
  if (order.type === "read") {
    void read(workbook, order);
    return;
  }
  const reading = readings.get(order.id);
  if (reading === undefined) return;
  if (order.type === "stop") reading.stop.abort();
  reading.ahead--;
  reading.go();
}

async function begin({ path, limits }: ThreadData): Promise<void> {
  try {
    const workbook = await openWorkbook(path, limits);
    parentPort?.on("message", (order: Order) => obey(workbook, order));
    answer({ type: "opened", sheets: workbook.sheets, lastRow: workbook.lastRow });
  } catch (error) {
    answer({ type: "refused", error: plainError(error) });
  }
}

void begin(workerData as ThreadData);
