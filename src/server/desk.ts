import { createHash } from "node:crypto";
import type { Context } from "hono";
import { CardscopeError } from "../errors.ts";
import { Crossfilters } from "../explore/crossfilters.ts";
import type { Explorer } from "../explore/explorer.ts";
import { type Look, parseLook } from "../explore/look.ts";
import { Results } from "../explore/results.ts";
import type { Live } from "../live/live.ts";
import { version } from "../outputs/version.ts";
import type { StepProgress } from "../progress.ts";

interface Opened {
  readonly id: number;
  readonly explorer: Explorer;
  readonly results: Results;
  readonly crossfilters: Crossfilters;
  /** Made-up data, since no files were given. */
  readonly isSample: boolean;
  /** What changes it, where it is live. */
  readonly live: Live | undefined;
}

/** A portfolio that is being read, for whoever asks meanwhile. */
export interface Opening {
  /** What is being done. */
  readonly step: string;
  readonly done?: StepProgress | undefined;
  /** Milliseconds since 1970. */
  readonly began: number;
}

/** A request came too early: it may be sent again in a second. */
export class StillOpening extends Error {
  readonly code = "OPENING";
  readonly hint = "ask again in a second";

  constructor() {
    super("the portfolio is being opened");
  }
}

/** What the routes share: the portfolio that is open, and how a request looks at it. */
export class Desk implements AsyncDisposable {
  #opened: Opened | undefined;
  #opening: Opening | undefined;

  get isOpen(): boolean {
    return this.#opened !== undefined;
  }

  /** Of the files and how they were opened, or of the workspace: a page that holds another id shows figures of another portfolio. */
  get id(): number {
    return this.#current.id;
  }

  get explorer(): Explorer {
    return this.#current.explorer;
  }

  get results(): Results {
    return this.#current.results;
  }

  get crossfilters(): Crossfilters {
    return this.#current.crossfilters;
  }

  get isSample(): boolean {
    return this.#current.isSample;
  }

  /** Undefined as soon as a portfolio is there. */
  get opening(): Opening | undefined {
    return this.#opening;
  }

  /** Says how far the first portfolio is; what works on an open one is of no concern. */
  reads(step: string, done?: StepProgress): void {
    if (this.isOpen) return;
    this.#opening = { step, done, began: this.#opening?.began ?? Date.now() };
  }

  get isLive(): boolean {
    return this.#opened?.live !== undefined;
  }

  /** Throws NOT_FOUND where the portfolio is of files that nothing changes. */
  get live(): Live {
    const { live } = this.#current;
    if (live === undefined)
      throw new CardscopeError("NOT_FOUND", "this portfolio is not live", {
        hint: "start cardscope with --workspace DIR",
      });
    return live;
  }

  /** Puts another portfolio on the desk; the old one is closed when those who look at it are done. */
  async replace(
    explorer: Explorer,
    { isSample = false, live }: { isSample?: boolean; live?: Live } = {},
  ): Promise<void> {
    const old = this.#opened;
    this.#opening = undefined;
    this.#opened = {
      id: idOf(explorer, live),
      explorer,
      // what rules and history read is what pages show
      results: live?.results ?? new Results(explorer),
      crossfilters: new Crossfilters(explorer),
      isSample,
      live,
    };
    await old?.explorer[Symbol.asyncDispose]();
  }

  /** The look that a request's query states. Throws USAGE. */
  look(c: Context): Look {
    return parseLook(new URL(c.req.url).searchParams);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const old = this.#opened;
    this.#opened = undefined;
    await old?.explorer[Symbol.asyncDispose]();
  }

  get #current(): Opened {
    if (this.#opening !== undefined) throw new StillOpening();
    if (this.#opened === undefined)
      throw new CardscopeError("NOT_FOUND", "no portfolio is open", { hint: "open two files first" });
    return this.#opened;
  }
}

/** The same in every process that opens the same: a page may be older than the process that answers it. */
function idOf({ portfolio }: Explorer, live: Live | undefined): number {
  const { sources, asOf, values } = portfolio;
  const what = live === undefined ? [sources, asOf, values] : [live.workspace.token];
  const digest = createHash("sha256").update(JSON.stringify([version, ...what]));
  return digest.digest().readUIntBE(0, 6);
}
