import type { Delivery, Receipt } from "../live/delivery.ts";
import type { FeedStatus } from "../live/live.ts";

/** Where feeds deliver: the applier of a workspace. */
export interface DeliverTo {
  /** Resolves after the commit; rejects when nothing of it was committed. */
  apply(delivery: Delivery): Promise<Receipt>;
  /** Events that can still be queued; 0 under pressure. */
  readonly room: number;
  /** Resolves when a commit reaches readers soonest. */
  calm(): Promise<void>;
  /** The committed number of a stream; undefined where nothing was. */
  positionOf(stream: string): number | undefined;
}

/** A way in that is open. Disposing of it closes the connection after the batch that is being applied. */
export interface Feed extends AsyncDisposable {
  readonly status: FeedStatus;
}
