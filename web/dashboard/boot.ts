import type { Answers } from "../../src/server/routes/analyses.ts";
import type { OpeningInfo } from "../../src/server/routes/opening.ts";
import type { PortfolioInfo } from "../../src/server/routes/portfolio.ts";

/** What the server puts into the page, so that the first paint has figures. */
export interface Boot {
  readonly path: string;
  /** "" or "?…" */
  readonly query: string;
  /** Undefined while no files are open. */
  readonly portfolio: PortfolioInfo | undefined;
  /** What is being read, where none is open yet. */
  readonly opening?: OpeningInfo;
  /** Of a live portfolio: the events that the answers are of, at least. */
  readonly position?: number;
  /** Answers of the API by address, as far as they were there in time. */
  readonly answers: Readonly<Record<string, unknown>>;
}

export type { Answers, PortfolioInfo };
