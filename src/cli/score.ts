import { openModel } from "../portfolio/model-file.ts";
import { scoreFiles } from "../portfolio/scoring.ts";
import type { BorrowersReading } from "./model-commands.ts";
import { inSession } from "./session.ts";
import { safe } from "./table.ts";

export interface ScoreCommandOptions extends BorrowersReading {
  readonly out?: string;
  readonly json?: boolean;
}

/** Scores borrowers: to a file, else as csv or JSON on standard output. */
export const score = (path: string, files: readonly string[], options: ScoreCommandOptions): Promise<void> =>
  inSession(options, async (session) => {
    const { out, json, quiet: _, ...rest } = options;
    const { scoreCsv, scoreFormatOf, scoreJson, writeScores } = await import("../outputs/model-scores.ts");
    // told before the files are read
    if (out !== undefined) scoreFormatOf(out);
    const model = await openModel(path);
    const { head, rows, notes } = await scoreFiles(model, files, {
      ...rest,
      onProgress: (step, done) => session.progress.step(step, done),
      signal: session.signal,
    });
    if (out !== undefined) {
      const written = followed(rows, (done) =>
        session.progress.step("writing scores", { share: done / head.customers, rows: head.customers }),
      );
      await writeScores(out, head, written, { signal: session.signal });
    }
    session.progress.clear();
    for (const note of notes) console.error(`note: ${safe(note)}`);
    for (const { column, level, rows: times } of head.unseen)
      console.error(
        `note: ${safe(JSON.stringify(level))} in ${safe(JSON.stringify(column))} was not met in training (${times} ${times === 1 ? "row" : "rows"}); it counts as neutral`,
      );
    if (out === undefined) await print(json ? scoreJson(head, rows) : scoreCsv(rows), session.signal);
    else if (json) process.stdout.write(`${JSON.stringify({ ...head, notes }, null, 2)}\n`);
    else console.error(`${head.customers} scores written to ${out}`);
  });

/** So many rows are between two words about them. */
const TOLD_ROWS = 1_024;

/** The rows as they come; `onDone` is told how many there have been. */
function* followed<Row>(rows: Iterable<Row>, onDone: (rows: number) => void): Generator<Row> {
  let done = 0;
  for (const row of rows) {
    yield row;
    if (++done % TOLD_ROWS === 0) onDone(done);
  }
}

/** A reader that has seen enough ends it. */
async function print(chunks: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    const isOpen = await new Promise<boolean>((done, failed) => {
      process.stdout.write(chunk, (error) => {
        if (error == null) done(true);
        else if ((error as NodeJS.ErrnoException).code === "EPIPE") done(false);
        else failed(error);
      });
    });
    if (!isOpen) return;
  }
}
