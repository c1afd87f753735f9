import { statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { lineBatches } from "../feeds/file-lines.ts";
import { Sender } from "../feeds/sender.ts";
import { inSession, type Session } from "./session.ts";

export interface FeedCommand {
  /** Address of the dashboard. */
  readonly to: string;
  readonly token?: string;
  /** Events a second; as fast as they are taken when left out. */
  readonly rate?: number;
  /** Events of a request at most. */
  readonly batch: number;
  readonly fromLine: number;
  readonly stopOnRejected?: boolean;
  readonly quiet?: boolean;
}

/** Characters of a request at most. */
const LARGEST_REQUEST = 4_000_000;
/** At a given rate, requests a second at most: more events wait for the next. */
const REQUESTS_A_SECOND = 10;
const SHOWN_REASONS = 20;

/** Sends the events of a file to a dashboard. */
export async function feed(path: string, options: FeedCommand): Promise<void> {
  await inSession({ ...options, stopped: "stopped" }, (session) => new Run(path, options, session).send());
}

class Run {
  readonly #path: string;
  readonly #options: FeedCommand;
  readonly #session: Session;
  readonly #sender: Sender;
  readonly #size: number;
  #accepted = 0;
  #rejected = 0;
  /** Everything up to this line was answered. */
  #upTo: number;
  #isWaiting = false;

  constructor(path: string, options: FeedCommand, session: Session) {
    this.#path = path;
    this.#options = options;
    this.#session = session;
    this.#upTo = options.fromLine - 1;
    this.#size = path === "-" ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
    this.#sender = new Sender({
      to: options.to,
      token: options.token ?? process.env["CARDSCOPE_EVENTS_TOKEN"],
      signal: session.signal,
      onWaiting: (reason) => this.#waiting(reason),
    });
  }

  async send(): Promise<void> {
    const { rate, batch, fromLine, stopOnRejected = false } = this.#options;
    const { signal, progress } = this.#session;
    const lines =
      rate === undefined ? batch : Math.min(batch, Math.max(1, Math.floor(rate / REQUESTS_A_SECOND)));
    const started = performance.now();
    let sent = 0;
    try {
      for await (const part of lineBatches(this.#path, fromLine, { lines, characters: LARGEST_REQUEST })) {
        signal.throwIfAborted();
        const early = rate === undefined ? 0 : (sent / rate) * 1_000 - (performance.now() - started);
        if (early > 0) await delay(early, undefined, { signal });
        const { accepted, rejected } = await this.#sender.send(part.lines);
        sent += part.lines.length;
        this.#accepted += accepted;
        for (const { index, reason } of rejected) this.#reject(part.numbers[index] ?? 0, reason);
        this.#upTo = part.numbers.at(-1) ?? this.#upTo;
        progress.step(
          `sending: ${counted(sent)} events, ${counted((1_000 * sent) / (performance.now() - started))}/s`,
          this.#size > 0 ? { share: part.read / this.#size } : undefined,
        );
        if (stopOnRejected && rejected.length > 0) break;
      }
    } catch (error) {
      progress.clear();
      // what is asked for and not answered may be in or not: sent again, it counts once
      if (this.#upTo >= fromLine)
        console.error(
          `cardscope: lines up to ${this.#upTo} are done; go on with --from-line ${this.#upTo + 1}`,
        );
      throw error;
    }
    progress.clear();
    const seconds = (performance.now() - started) / 1_000;
    console.log(
      `${counted(this.#accepted)} events accepted in ${seconds.toFixed(1)} s (${counted(this.#accepted / seconds)}/s)`,
    );
    if (this.#rejected === 0) return;
    const where = stopOnRejected ? `; stopped at line ${this.#upTo}` : "";
    console.log(`${counted(this.#rejected)} ${this.#rejected === 1 ? "line" : "lines"} rejected${where}`);
    process.exitCode ??= 1;
  }

  #reject(line: number, reason: string): void {
    this.#rejected++;
    this.#session.progress.clear();
    if (this.#rejected <= SHOWN_REASONS) console.error(`line ${line}: ${reason}`);
    if (this.#rejected === SHOWN_REASONS + 1) console.error("further rejected lines are only counted");
  }

  /** Told once, terminal or not: whoever looks at a log wants to know why nothing moves. */
  #waiting(reason: string | null): void {
    if (reason !== null && !this.#isWaiting) {
      this.#session.progress.clear();
      console.error(`cardscope: waiting for ${this.#options.to}: ${reason}`);
    }
    if (reason === null && this.#isWaiting) console.error("cardscope: it answers again");
    this.#isWaiting = reason !== null;
  }
}

const counted = (n: number): string => Math.round(n).toLocaleString("en-US");
