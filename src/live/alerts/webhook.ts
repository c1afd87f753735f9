import { usage } from "../../errors.ts";
import type { Call, Outbox } from "./outbox.ts";
import { signatureOf } from "./signature.ts";

export interface WebhookTarget {
  /** http or https. */
  readonly url: string;
  readonly secret: string;
}

/** A receiver that says nothing for so long has failed. */
const TIMEOUT_MS = 10_000;
/** Between the first attempts; twice as long each time, up to the longest. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 10 * 60_000;
/** A call that could not be made for so long is given up. */
const GIVE_UP_MS = 24 * 60 * 60_000;
/** Calls at once, each of another rule. */
const AT_ONCE = 4;
/** When the outbox itself cannot be read or written, such as on a full disk. */
const TROUBLE_MS = 5_000;

/** Throws USAGE for what no call can be sent to. */
export function checkWebhook({ url, secret }: WebhookTarget): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "http:" && parsed?.protocol !== "https:")
    throw usage("the webhook is no http or https address", "write it such as https://example.com/alerts");
  if (parsed.username !== "" || parsed.password !== "")
    throw usage(
      "the webhook's address holds a user or a password",
      "leave them out: the signature tells who calls",
    );
  if (secret === "")
    throw usage(
      "a webhook needs a secret to sign with",
      "put a long random text into the environment variable CARDSCOPE_WEBHOOK_SECRET",
    );
}

/**
 * How long a call waits that has failed so many times before, in milliseconds. `chance` is from 0 to 1: a receiver that
 * comes back is not called by everyone at once.
 */
export const waitAfter = (failures: number, chance: number): number =>
  Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures, 20), LONGEST_WAIT_MS) * (1 - chance / 2);

/** Makes the calls of the outbox, each until it is answered or given up. */
export class Webhook implements AsyncDisposable {
  readonly #outbox: Outbox;
  readonly #target: WebhookTarget;
  readonly #now: () => number;
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;
  #isWoken = false;

  constructor(outbox: Outbox, target: WebhookTarget, now: () => number = Date.now) {
    this.#outbox = outbox;
    this.#target = target;
    this.#now = now;
  }

  /** Looks for calls that are due. */
  wake(): void {
    if (this.#closing.signal.aborted) return;
    clearTimeout(this.#timer);
    if (this.#working !== undefined) {
      this.#isWoken = true;
      return;
    }
    this.#isWoken = false;
    this.#working = this.#work()
      .catch(() => TROUBLE_MS)
      .then((wait) => {
        this.#working = undefined;
        if (this.#isWoken) this.wake();
        else if (wait !== undefined && !this.#closing.signal.aborted)
          this.#timer = setTimeout(() => this.wake(), wait);
      });
  }

  /** What is under way is given up at once and made again after the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#working;
  }

  /** Makes what is due; how long until there is more, where anything waits. */
  async #work(): Promise<number | undefined> {
    while (!this.#closing.signal.aborted) {
      const calls = await this.#outbox.next(AT_ONCE);
      const due = calls.filter((call) => call.due <= this.#now());
      if (due.length === 0) return calls[0] && Math.max(calls[0].due - this.#now(), 1);
      await Promise.all(due.map((call) => this.#make(call)));
    }
    return undefined;
  }

  async #make(call: Call): Promise<void> {
    const outcome = await this.#send(call);
    if (outcome === "stopped") return;
    if (outcome === "made") return this.#outbox.made(call.id);
    const now = this.#now();
    if (!outcome.mayPass || now - call.created > GIVE_UP_MS)
      return this.#outbox.giveUp(call.id, outcome.because, now);
    await this.#outbox.postpone(call.id, call.tries + 1, now + waitAfter(call.tries, Math.random()));
  }

  async #send({ id, body }: Call): Promise<"made" | "stopped" | { because: string; mayPass: boolean }> {
    const { url, secret } = this.#target;
    try {
      const answer = await fetch(url, {
        method: "POST",
        body,
        // a redirect would carry the figure to whoever the answer names
        redirect: "manual",
        headers: {
          "content-type": "application/json",
          "user-agent": "cardscope",
          "cardscope-id": id,
          "cardscope-signature": signatureOf(secret, body, Math.floor(this.#now() / 1000)),
        },
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await answer.body?.cancel();
      if (answer.ok) return "made";
      const { status } = answer;
      return { because: `answered ${status}`, mayPass: status >= 500 || status === 408 || status === 429 };
    } catch (error) {
      if (this.#closing.signal.aborted) return "stopped";
      const isLate = error instanceof Error && error.name === "TimeoutError";
      return { because: isLate ? "no answer in time" : "cannot be reached", mayPass: true };
    }
  }
}
