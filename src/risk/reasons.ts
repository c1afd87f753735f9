import { type Applicants, isMissing } from "./applicants.ts";
import { valueWord } from "./number-words.ts";

/** Why a customer has fewer points than others. */
export interface Reason {
  readonly input: string;
  readonly label: string;
  /** "utilisation 0.93: 41 of 60 points lost" */
  readonly text: string;
  readonly points_lost: number;
}

/** Points that an input costs a row, and the most it can cost where that is known. */
export interface Loss {
  readonly input: number;
  readonly lost: number;
  readonly most: number | null;
}

/** A loss in words, but for the value. */
export interface Told {
  readonly input: number;
  readonly points: number;
  /** "41 of 60 points lost" */
  readonly words: string;
}

/** The largest losses, at most `most` of them; points that round to none are none. */
export const largestLosses = (losses: readonly Loss[], most: number): Told[] =>
  losses
    .map((loss) => ({ ...loss, points: Math.round(loss.lost) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.lost - a.lost || a.input - b.input)
    .slice(0, most)
    .map(({ input, points, most: possible }) => ({
      input,
      points,
      words: `${points}${possible === null ? "" : ` of ${possible}`} ${points === 1 && possible === null ? "point" : "points"} lost`,
    }));

/** A loss in words, with the value of a row. */
export function reasonText(applicants: Applicants, row: number, { input, words }: Told): string {
  return `${applicants.inputs[input]!.label} ${shownValue(applicants, input, row)}: ${words}`;
}

export function reasonsOf(
  applicants: Applicants,
  row: number,
  losses: readonly Loss[],
  most: number,
): Reason[] {
  return largestLosses(losses, most).map((told) => {
    const { name, label } = applicants.inputs[told.input]!;
    return { input: name, label, text: reasonText(applicants, row, told), points_lost: told.points };
  });
}

function shownValue({ columns, inputs }: Applicants, input: number, row: number): string {
  const column = columns[input]!;
  if (isMissing(column, row)) return "missing";
  if (column.kind === "category") return column.levels[column.values[row]!]!;
  const value = column.values[row]!;
  const { name, codes } = inputs[input]!;
  if (codes.includes(value)) return `code ${value}`;
  return name.endsWith("_usd") ? `$${valueWord(value)}` : valueWord(value);
}
