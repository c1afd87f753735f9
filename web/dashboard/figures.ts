import type { AnalysisAnswer, Answers } from "../../src/server/routes/analyses.ts";
import type { PortfolioInfo } from "./boot.ts";

/** One analysis with its id. */
export interface FigureData extends AnalysisAnswer {
  readonly id: string;
}

export function figureOf(answers: Answers | undefined, id: string): FigureData | undefined {
  const analysis = answers?.analyses[id];
  return analysis === undefined ? undefined : { ...analysis, id };
}

/** The ids of the analyses of a topic, in the order in which they are read; lists come last. */
export const idsOf = (portfolio: PortfolioInfo, topic: string): string[] =>
  Object.entries(portfolio.analyses)
    .filter(([, analysis]) => analysis.topic === topic && analysis.because === undefined)
    .map(([id]) => id);
