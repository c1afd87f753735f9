export type { Result } from "./analyses/run.ts";
export { CardscopeError, type ErrorCode, QueryError } from "./errors.ts";
export type { Document, Findings } from "./outputs/document.ts";
export type { ScoredRow, ScoresHead } from "./outputs/model-scores.ts";
export type { LearningOptions, TrainedModel } from "./portfolio/learning.ts";
export { openModel, parseModel } from "./portfolio/model-file.ts";
export {
  type AnalysisId,
  openPortfolio,
  type Portfolio,
  type PortfolioOptions,
  type ResultOf,
} from "./portfolio/portfolio.ts";
export {
  type ScoredFiles,
  type ScoreFilesOptions,
  scoreFiles,
  type ValidatedFiles,
  validateFiles,
} from "./portfolio/scoring.ts";
export { type BorrowerFiles, type TrainOptions, trainModel } from "./portfolio/training.ts";
export { type WriteModelOptions, writeModel } from "./portfolio/write-model.ts";
export type { Model } from "./risk/model.ts";
export { type SampleOptions, writeSample } from "./sample/sample.ts";
export type { IssueCell, IssueSummary, Source } from "./schema/issues.ts";
