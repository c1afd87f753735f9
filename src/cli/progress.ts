import type { StepProgress } from "../portfolio/portfolio.ts";

/** Shown once a step takes this long. */
const QUIET_MS = 500;
/** A pace needs a while to be one. */
const PACE_MS = 1_000;

/** One line on standard error, only on a terminal, and only for work that takes a while. */
export class Progress {
  readonly #isOn: boolean;
  readonly #started = Date.now();
  #shown = false;
  /** When the work began whose end is foretold, and how much of it was done when it was last told. */
  #task = { started: Date.now(), share: 1 };

  constructor(quiet: boolean) {
    this.#isOn = !quiet && process.stderr.isTTY === true;
  }

  /** What is being done, and how far it is: the rows done, where they are known, and the time left at the pace so far. */
  step(text: string, done?: StepProgress): void {
    if (done !== undefined && done.share < this.#task.share) this.#task = { started: Date.now(), share: 0 };
    if (done !== undefined) this.#task.share = done.share;
    if (!this.#isOn || Date.now() - this.#started < QUIET_MS) return;
    process.stderr.write(`\r\u001b[2K${text}${done === undefined ? "" : this.#far(done)}…`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) process.stderr.write("\r\u001b[2K");
    this.#shown = false;
  }

  #far({ share, rows }: StepProgress): string {
    const far = rows === undefined ? "" : `: ${counted(share * rows)} of ${counted(rows)} rows`;
    const elapsed = Date.now() - this.#task.started;
    if (share <= 0 || elapsed < PACE_MS) return far;
    return `${far}, ${Math.ceil(((elapsed / share) * (1 - share)) / 1000)} s left`;
  }
}

const counted = (n: number): string => Math.round(n).toLocaleString("en-US");
