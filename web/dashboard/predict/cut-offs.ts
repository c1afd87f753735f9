import { numberOf } from "../../kit/data.ts";
import { count, formatValue, percent } from "../../kit/format.ts";
import type { FigureData } from "../figures.ts";

/** What a cut-off does: whoever scores below it is beyond it. */
export interface CutOff {
  readonly score: number;
  /** Probability of default at the cut-off; null where none is given. */
  readonly pd: number | null;
  readonly beyond: number;
  readonly selected: number;
  /** By cross-validation over all customers; null where no model has learnt from outcomes. */
  readonly shareDefaultsAvoided: number | null;
  readonly rateSelected: number | null;
  /** Null where the files do not say. */
  readonly debtBeyond: number | null;
  readonly limitBeyond: number | null;
  readonly balanceBeyond: number | null;
}

/** Riskiest first: the further on, the more customers are beyond. */
export const cutOffsOf = ({ rows }: FigureData): CutOff[] =>
  rows
    .flatMap((row): CutOff[] => {
      const score = numberOf(row, "score");
      if (score === null) return [];
      return [
        {
          score,
          pd: numberOf(row, "pd"),
          beyond: numberOf(row, "customers_beyond") ?? 0,
          selected: numberOf(row, "selected") ?? 0,
          shareDefaultsAvoided: numberOf(row, "share_defaults_avoided"),
          rateSelected: numberOf(row, "rate_selected"),
          debtBeyond: numberOf(row, "total_debt_beyond_usd"),
          limitBeyond: numberOf(row, "credit_limit_beyond_usd"),
          balanceBeyond: numberOf(row, "balance_beyond_usd"),
        },
      ];
    })
    .sort((a, b) => a.score - b.score);

/** Customers by score; a bin without an end is as wide as the others. */
export interface ScoreBin {
  readonly low: number;
  readonly high: number;
  readonly customers: number;
  /** Null where no outcome is known. */
  readonly defaults: number | null;
}

/** Without the empty bins at either end. */
export function scoreBinsOf({ rows }: FigureData): ScoreBin[] {
  const bounds = rows.map((row) => [numberOf(row, "low"), numberOf(row, "high")] as const);
  const closed = bounds.find(([low, high]) => low !== null && high !== null);
  const width = (closed?.[1] ?? 1) - (closed?.[0] ?? 0);
  const bins = rows.map((row, i): ScoreBin => {
    const [low = null, high = null] = bounds[i] ?? [];
    return {
      low: low ?? (high ?? 0) - width,
      high: high ?? (low ?? 0) + width,
      customers: numberOf(row, "customers") ?? 0,
      defaults: numberOf(row, "defaults"),
    };
  });
  const first = bins.findIndex(({ customers }) => customers > 0);
  const last = bins.findLastIndex(({ customers }) => customers > 0);
  return first < 0 ? [] : bins.slice(first, last + 1);
}

/** What the axis of the scores spans: the bins that hold somebody, and every cut-off. */
export function spanOf(bins: readonly ScoreBin[], cutOffs: readonly CutOff[]): readonly [number, number] {
  const all = [...bins.flatMap(({ low, high }) => [low, high]), ...cutOffs.map(({ score }) => score)];
  const [low, high] = all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
  return low === high ? [low, low + 1] : [low, high];
}

/** The place of the cut-off nearest to a score. */
export function nearest(cutOffs: readonly CutOff[], score: number): number {
  let best = 0;
  cutOffs.forEach((cutOff, i) => {
    if (Math.abs(cutOff.score - score) < Math.abs((cutOffs[best]?.score ?? 0) - score)) best = i;
  });
  return best;
}

const USUAL_SHARE = 0.1;

/** The cut-off that an address asks for, else the one with about a tenth of the customers beyond. */
export function chosenIn(cutOffs: readonly CutOff[], asked: string | null): number {
  const score = asked === null || asked.trim() === "" ? Number.NaN : Number(asked);
  if (Number.isFinite(score)) return nearest(cutOffs, score);
  const first = cutOffs.findIndex(
    ({ beyond, selected }) => beyond > 0 && beyond >= USUAL_SHARE * (beyond + selected),
  );
  return Math.max(0, first);
}

export const scoreWords = ({ score, pd }: CutOff): string =>
  `${formatValue("number", score)} points${pd === null ? "" : `, where the probability of default is ${percent(pd)}`}`;

export function shareBeyond({ beyond, selected }: CutOff): number | null {
  return beyond + selected === 0 ? null : beyond / (beyond + selected);
}

/** The consequences in a sentence, for whoever hears them. */
export function consequences(at: CutOff): string {
  const share = shareBeyond(at);
  const beyond = `${count(at.beyond)} ${at.beyond === 1 ? "customer scores" : "customers score"} below it${share === null ? "" : ` (${percent(share)})`}`;
  const avoided =
    at.shareDefaultsAvoided === null ? "" : `, with ${percent(at.shareDefaultsAvoided)} of the defaults`;
  const left = at.rateSelected === null ? "" : `; of those who stay, ${percent(at.rateSelected)} default`;
  return `${beyond}${avoided}${left}`;
}
