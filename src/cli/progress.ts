/** Shown once a step takes this long. */
const QUIET_MS = 500;

/** One line on standard error, only on a terminal, and only for work that takes a while. */
export class Progress {
  readonly #isOn: boolean;
  readonly #started = Date.now();
  #shown = false;

  constructor(quiet: boolean) {
    this.#isOn = !quiet && process.stderr.isTTY === true;
  }

  step(text: string): void {
    if (!this.#isOn || Date.now() - this.#started < QUIET_MS) return;
    process.stderr.write(`\r\u001b[2K${text}…`);
    this.#shown = true;
  }

  /** Rows done of all, with the time left at the pace so far. */
  rows(what: string, done: number, total: number): void {
    const seconds = (Date.now() - this.#started) / 1000;
    const left = done > 0 ? Math.ceil((seconds / done) * (total - done)) : 0;
    this.step(`${what}: ${done.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}, ${left} s left`);
  }

  clear(): void {
    if (this.#shown) process.stderr.write("\r\u001b[2K");
    this.#shown = false;
  }
}
