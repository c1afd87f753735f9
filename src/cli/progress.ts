import type { StepProgress } from "../progress.ts";

/** Shown once a step takes this long. */
const QUIET_MS = 500;
/** A pace needs a while to be one. */
const PACE_MS = 1_000;
/** How often the time left is counted down while nothing is told. */
const TICK_MS = 1_000;

/** One line on standard error, only on a terminal, and only for work that takes a while. */
export class Progress {
  readonly #isOn: boolean;
  readonly #started = Date.now();
  #line: string | undefined;
  /** Work whose end is foretold: when it began and with which share, and how far it was when it was last told. */
  #task: { readonly began: number; readonly from: number; told: number; share: number } | undefined;
  #last: { readonly text: string; readonly done: StepProgress | undefined } | undefined;
  #ticking: NodeJS.Timeout | undefined;

  constructor(quiet: boolean) {
    this.#isOn = !quiet && process.stderr.isTTY === true;
  }

  /** What is being done, and how far it is: the rows done, where they are known, and the time left at the pace so far. */
  step(text: string, done?: StepProgress): void {
    if (!this.#isOn) return;
    const now = Date.now();
    const share = done?.share ?? 0;
    // what is told without a share is at its beginning
    if (done === undefined || this.#task === undefined || share < this.#task.share)
      this.#task = { began: now, from: share, told: now, share };
    else if (share > this.#task.share) {
      this.#task.told = now;
      this.#task.share = share;
    }
    this.#last = { text, done };
    this.#ticking ??= setInterval(() => this.#show(), TICK_MS).unref();
    this.#show();
  }

  clear(): void {
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    if (this.#line !== undefined) process.stderr.write("\r\u001b[2K");
    this.#line = undefined;
  }

  #show(): void {
    if (this.#last === undefined || Date.now() - this.#started < QUIET_MS) return;
    const { text, done } = this.#last;
    const line = `${text}${done === undefined ? "" : this.#far(done)}…`;
    if (line === this.#line) return;
    process.stderr.write(`\r\u001b[2K${line}`);
    this.#line = line;
  }

  #far({ share, rows }: StepProgress): string {
    const far = rows === undefined ? "" : `: ${counted(share * rows)} of ${counted(rows)} rows`;
    const left = this.#secondsLeft();
    return left === undefined ? far : `${far}, ${left} s left`;
  }

  #secondsLeft(): number | undefined {
    if (this.#task === undefined) return undefined;
    const { began, from, told, share } = this.#task;
    if (share <= from || told - began < PACE_MS) return undefined;
    const foretold = ((told - began) / (share - from)) * (1 - share);
    const left = Math.ceil((foretold - (Date.now() - told)) / 1000);
    // later than foretold: nobody knows
    return left < 1 ? undefined : left;
  }
}

const counted = (n: number): string => Math.round(n).toLocaleString("en-US");
