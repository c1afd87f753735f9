import type { ImportJob, ImportProposal, ImportsInfo } from "../../../src/server/routes/imports.ts";
import { ApiError, getJson, send } from "../api.ts";
import { sendFile } from "./send-file.ts";

export type TableName = "users" | "cards";

/** A file that the reader gave. */
export interface GivenFile {
  readonly key: number;
  readonly name: string;
  readonly bytes: number;
  sent: number;
  /** Known once all of it has arrived. */
  id?: string;
  error?: ApiError;
  readonly stop: AbortController;
}

const MAX_FILES = 2;
const POLL_MS = 400;

/** From files that a reader gives to the portfolio that is open: sent, looked at, corrected, read. */
export class FileImport {
  files = $state<GivenFile[]>([]);
  proposal = $state.raw<ImportProposal | undefined>();
  /** What was named by hand, "users.age" to a header; an empty header leaves the column out. */
  map = $state.raw<Readonly<Record<string, string>>>({});
  sheets = $state.raw<Readonly<Partial<Record<TableName, string>>>>({});
  job = $state.raw<ImportJob | undefined>();
  /** Why nothing can be proposed or begun. */
  error = $state.raw<ApiError | undefined>();
  isAsking = $state(false);
  #limit: number | undefined;
  #given = 0;
  #asking: AbortController | undefined;
  #polling: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  get isSending(): boolean {
    return this.files.some(({ id, error }) => id === undefined && error === undefined);
  }

  get isReading(): boolean {
    return this.job?.state === "reading";
  }

  get isReady(): boolean {
    const { proposal } = this;
    return proposal !== undefined && proposal.refusal === null && !this.isAsking && !this.isSending;
  }

  /** Learns what may be sent, and follows what is already being read. */
  async begin(): Promise<void> {
    try {
      const { bytes, job } = await getJson<ImportsInfo>("/api/imports");
      this.#limit = bytes;
      if (job !== null) await this.#follow(job);
    } catch (error) {
      this.#tell(error);
    }
  }

  add(given: readonly File[]): void {
    this.error = undefined;
    if (this.isReading || given.length === 0) return;
    if (this.files.length + given.length > MAX_FILES) {
      const isMore = given.length > MAX_FILES;
      this.error = new ApiError(
        isMore ? `${given.length} files were given` : "there are two files already",
        isMore
          ? "give a customers file and a cards file, or one workbook with both"
          : "remove one of them first",
      );
      return;
    }
    this.#forget();
    for (const file of given) void this.#send(file);
  }

  remove(key: number): void {
    const file = this.files.find((one) => one.key === key);
    if (file === undefined) return;
    this.files = this.files.filter((one) => one !== file);
    this.error = undefined;
    this.#takeBack(file);
    this.#forget();
    void this.#propose();
  }

  /** Feeds a column from a header, or from none. */
  name(table: TableName, column: string, header: string): void {
    this.map = { ...this.map, [`${table}.${column}`]: header };
    void this.#propose();
  }

  /** Goes back to what was found by itself. */
  reset(table: TableName): void {
    this.#unmap(table);
    void this.#propose();
  }

  /** Reads a table from another sheet or file; the tables change places where the other is read from it. */
  choose(table: TableName, choice: string): void {
    const other = table === "users" ? "cards" : "users";
    const isTaken = this.proposal?.[other]?.choice === choice;
    const own = this.proposal?.[table]?.choice;
    this.sheets = {
      ...this.sheets,
      [table]: choice,
      ...(isTaken && own !== undefined && { [other]: own }),
    };
    this.#unmap(table);
    if (isTaken) this.#unmap(other);
    void this.#propose();
  }

  async read(): Promise<void> {
    this.error = undefined;
    try {
      const body = { uploads: this.#uploads, map: this.map, sheets: this.sheets };
      const { job } = await getJson<{ job: string }>("/api/imports", { method: "POST", body });
      await this.#follow(job);
    } catch (error) {
      this.#tell(error);
    }
  }

  async stop(): Promise<void> {
    if (this.job === undefined) return;
    clearTimeout(this.#polling);
    try {
      this.job = await getJson<ImportJob>(`/api/imports/${this.job.id}`, { method: "DELETE" });
    } catch (error) {
      this.#tell(error);
    }
  }

  /** The reader leaves: what is being read goes on, what was only given is taken back. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#polling);
    this.#asking?.abort();
    if (!this.isReading) for (const file of this.files) this.#takeBack(file);
  }

  get #uploads(): string[] {
    return this.files.flatMap(({ id }) => id ?? []);
  }

  async #send(given: File): Promise<void> {
    const { name, size: bytes } = given;
    const stop = new AbortController();
    this.files.push({ key: ++this.#given, name, bytes, sent: 0, stop });
    // the state's own object: what is changed on it is seen
    const file = this.files.at(-1) as GivenFile;
    try {
      if (this.#limit !== undefined && bytes > this.#limit)
        throw new ApiError(
          `${name}: more than ${megabytes(this.#limit)}`,
          "start cardscope with the files on the command line: there is no limit there",
        );
      const { id } = await sendFile(given, {
        signal: stop.signal,
        onProgress: (sent) => {
          file.sent = Math.min(sent, bytes);
        },
      });
      file.sent = bytes;
      file.id = id;
      await this.#propose();
    } catch (error) {
      if (!stop.signal.aborted) file.error = asApiError(error);
    }
  }

  #takeBack({ id, stop }: GivenFile): void {
    stop.abort();
    if (id !== undefined) send(`/api/uploads/${id}`, { method: "DELETE" }).catch(() => {});
  }

  /** Other files make what was said of the old ones moot. */
  #forget(): void {
    this.#asking?.abort();
    this.isAsking = false;
    this.proposal = undefined;
    this.job = undefined;
    this.map = {};
    this.sheets = {};
  }

  #unmap(table: TableName): void {
    this.map = Object.fromEntries(
      Object.entries(this.map).filter(([column]) => !column.startsWith(`${table}.`)),
    );
  }

  async #propose(): Promise<void> {
    this.#asking?.abort();
    this.job = undefined;
    const uploads = this.#uploads;
    if (this.isSending || uploads.length === 0) return;
    const asking = new AbortController();
    this.#asking = asking;
    this.isAsking = true;
    const body = { uploads, map: this.map, sheets: this.sheets };
    const { signal } = asking;
    try {
      const proposal = await getJson<ImportProposal>("/api/imports/proposal", {
        method: "POST",
        body,
        signal,
      });
      if (signal.aborted) return;
      this.proposal = proposal;
      this.error = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.#tell(error);
    }
    this.isAsking = false;
  }

  async #follow(id: string): Promise<void> {
    const job = await getJson<ImportJob>(`/api/imports/${id}`);
    if (this.#isClosed) return;
    this.job = job;
    // figures, filters and links of the old files mean nothing now
    if (job.state === "done") location.assign("/");
    if (job.state !== "reading") return;
    this.#polling = setTimeout(() => this.#follow(id).catch((error) => this.#tell(error)), POLL_MS);
  }

  #tell(error: unknown): void {
    this.error = asApiError(error);
  }
}

const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError(String(error));

export const megabytes = (bytes: number): string =>
  bytes < 1_000_000
    ? `${Math.max(Math.ceil(bytes / 1000), bytes === 0 ? 0 : 1)} kB`
    : `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
