import type { SampleColumn } from "./columns.ts";

/** One table being written. Disposing of it before `finish` gives up and releases the file. */
export interface SampleWriter<Row> extends AsyncDisposable {
  write(rows: readonly Row[]): Promise<void>;
  finish(signal?: AbortSignal): Promise<void>;
}

export type OpenWriter = <Row>(
  path: string,
  name: string,
  columns: readonly SampleColumn<Row>[],
) => Promise<SampleWriter<Row>>;
