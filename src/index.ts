export type { Result } from "./analyses/run.ts";
export { CardscopeError, type ErrorCode, QueryError } from "./errors.ts";
export type { Document, Findings } from "./outputs/document.ts";
export {
  type AnalysisId,
  openPortfolio,
  type Portfolio,
  type PortfolioOptions,
  type ResultOf,
} from "./portfolio/portfolio.ts";
export { type SampleOptions, writeSample } from "./sample/sample.ts";
export type { IssueCell, IssueSummary, Source } from "./schema/issues.ts";
