/** What a feed hands on: the lines of one batch, and where in its stream they stood. */
export interface Delivery {
  readonly via: "http" | "nats" | "kafka" | "replay";
  /** One event each, as JSON text. */
  readonly lines: readonly string[];
  /** Of a numbered stream: its name, and the number of each line. Lines up to the committed position are passed over. */
  readonly stream?: { readonly name: string; readonly positions: readonly number[] };
}

/** What became of a delivery. */
export interface Receipt {
  readonly accepted: number;
  readonly rejected: readonly { readonly line: number; readonly reason: string }[];
  readonly position: number;
}

/** Where feeds deliver: the applier of a workspace. */
export interface DeliverTo {
  /** Resolves after the commit; rejects when nothing of it was committed. */
  apply(delivery: Delivery): Promise<Receipt>;
  /** Events that can still be queued; 0 under pressure. */
  readonly room: number;
  /** The committed number of a stream; undefined where nothing was. */
  positionOf(stream: string): number | undefined;
}

/** How a feed is, as the dashboard shows it. */
export interface FeedStatus {
  readonly name: string;
  readonly kind: "nats" | "kafka";
  readonly status: "connected" | "reconnecting" | "paused" | "stopped";
  /** Why it is not connected, or what was missed on the way. */
  readonly because?: string;
  readonly position: number | null;
  /** Messages that wait in the broker; null where it does not say. */
  readonly pending: number | null;
}

/** A way in that is open. Disposing of it closes the connection after the batch that is being applied. */
export interface Feed extends AsyncDisposable {
  readonly status: FeedStatus;
}
