import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { CardscopeError, usage } from "../errors.ts";
import { messageOf } from "./attempts.ts";

export interface SenderOptions {
  /** Address of the dashboard. */
  readonly to: string;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
  /** Called when the dashboard is waited for, with the reason, and with null when it answers again. */
  readonly onWaiting: (reason: string | null) => void;
}

/** What became of lines that were sent. */
export interface Sent {
  readonly accepted: number;
  /** Index among the lines that were sent. */
  readonly rejected: readonly { readonly index: number; readonly reason: string }[];
}

const answer = z.object({
  taken: z.number().int().min(0).optional(),
  accepted: z.number().int().min(0),
  rejected: z.array(z.object({ line: z.number().int().min(1), reason: z.string() })),
});
type Answer = z.infer<typeof answer>;

const TIMEOUT_MS = 60_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;
/** A dashboard that has never answered is not waited for longer. */
const PATIENCE_MS = 30_000;

/** Sends events to a dashboard until it has them: an event may be sent twice, and counts once. */
export class Sender {
  readonly #url: URL;
  readonly #options: SenderOptions;
  readonly #started = Date.now();
  #hasAnswered = false;
  /** Halved where the dashboard finds a request too large. */
  #most = Number.POSITIVE_INFINITY;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#url = eventsUrl(options.to);
  }

  async send(lines: readonly string[]): Promise<Sent> {
    const rejected: { index: number; reason: string }[] = [];
    let accepted = 0;
    for (let from = 0; from < lines.length; ) {
      const sent = lines.slice(from, Math.min(lines.length, from + this.#most));
      const response = await this.#post(sent);
      if (response.status === 413) {
        if (sent.length === 1) rejected.push({ index: from++, reason: "too large for the dashboard" });
        this.#most = Math.max(1, sent.length >> 1);
        continue;
      }
      const told = await this.#read(response);
      accepted += told.accepted;
      for (const { line, reason } of told.rejected) rejected.push({ index: from + line - 1, reason });
      from += response.status === 429 ? (told.taken ?? 0) : sent.length;
      if (response.status === 429) await this.#pause(retryAfterMs(response));
    }
    return { accepted, rejected };
  }

  /** Until there is an answer that says something of the events, or that nothing will come of it. */
  async #post(lines: readonly string[]): Promise<Response> {
    const { token, signal, onWaiting } = this.#options;
    const body = `${lines.join("\n")}\n`;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      let reason: string;
      try {
        const response = await fetch(this.#url, {
          method: "POST",
          headers: {
            "content-type": "application/x-ndjson",
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
          },
          body,
          signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        });
        if (response.status < 500) {
          onWaiting(null);
          this.#hasAnswered = true;
          return response;
        }
        reason = `${response.status} ${(await errorOf(response)) ?? response.statusText}`;
        this.#hasAnswered = true;
      } catch (error) {
        signal.throwIfAborted();
        reason = messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
      }
      if (!this.#hasAnswered && Date.now() - this.#started > PATIENCE_MS)
        throw new CardscopeError("OUTPUT_FAILED", `no answer from ${this.#url.origin}: ${reason}`, {
          hint: "start the dashboard, or correct --to",
        });
      onWaiting(reason);
      await this.#pause(wait);
    }
  }

  async #read(response: Response): Promise<Answer> {
    const { origin } = this.#url;
    if (response.status === 401 || response.status === 403)
      throw usage(
        `${origin} refuses the token`,
        "give --token or set CARDSCOPE_EVENTS_TOKEN; it is in the file events.token of the dashboard's workspace",
      );
    if (response.status === 404)
      throw usage(`${origin} takes no events`, "start the dashboard with --workspace DIR, or correct --to");
    const text = await response.text();
    const parsed = answer.safeParse(json(text));
    if (parsed.success) return parsed.data;
    throw new CardscopeError(
      "OUTPUT_FAILED",
      `${this.#url.href} answered ${response.status}: ${errorIn(text) ?? response.statusText}`,
      { hint: "see whether --to is the address of a Cardscope dashboard" },
    );
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#options.signal }).catch(() => undefined);
    this.#options.signal.throwIfAborted();
  }
}

function eventsUrl(to: string): URL {
  const base = URL.canParse(to) ? new URL(to) : undefined;
  if (base === undefined || (base.protocol !== "http:" && base.protocol !== "https:"))
    throw usage(`--to is no address: ${to}`, "write it like http://127.0.0.1:8080");
  base.search = "";
  base.hash = "";
  base.username = "";
  base.password = "";
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base.pathname.endsWith("/api/events/") ? new URL("../events", base) : new URL("api/events", base);
}

/** Seconds or a date; a second where it is neither. */
function retryAfterMs(response: Response): number {
  const text = response.headers.get("retry-after") ?? "";
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1_000;
  return 1_000 * Math.min(60, Math.max(0.05, Number.isNaN(seconds) ? 1 : seconds));
}

const errorOf = async (response: Response): Promise<string | undefined> => errorIn(await response.text());

const errorShape = z.object({ error: z.object({ message: z.string() }) });
const errorIn = (text: string): string | undefined => errorShape.safeParse(json(text)).data?.error.message;

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
