import type { ReadLine } from "./read-lines.ts";

/** How events come in. */
export type Via = "http" | "nats" | "kafka" | "replay";

/** Events that came together: all of them are in, or in the dead letters, when `apply` resolves. */
export interface Delivery {
  readonly via: Via;
  /** One event each, as JSON text. */
  readonly lines: readonly string[];
  /** What each says, where whoever delivers has read them already. */
  readonly read?: readonly ReadLine[];
  /** Of a numbered stream: its name, and the number of each line. What is in already is passed over. */
  readonly stream?: { readonly name: string; readonly positions: readonly number[] };
}

export interface ReadDelivery extends Delivery {
  readonly read: readonly ReadLine[];
}

export interface Receipt {
  /** Lines that are in, whether they changed anything or were known already. */
  readonly accepted: number;
  /** Lines that are not, by number from 1. */
  readonly rejected: readonly { readonly line: number; readonly reason: string }[];
  /** Events committed so far. */
  readonly position: number;
}
