/** How far the mean of a segment is from that of all customers, in standard deviations. */
export interface Apart {
  readonly label: string;
  readonly difference: number;
}

/** Below it a measure sets no segment apart. */
const LEAST = 0.25;
const VERY = 1.5;
/** A second measure is named where it sets the segment apart about as much as the first. */
const ALSO = 0.5;

/** A name per segment by what sets it apart most; names that would be the same go on to further measures. */
export function namesOf(segments: readonly (readonly Apart[])[]): string[] {
  const sorted = segments.map((apart) =>
    apart
      .filter(({ difference }) => Math.abs(difference) >= LEAST)
      .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference)),
  );
  const lengths = sorted.map(([first, second]) =>
    first && second && Math.abs(second.difference) >= ALSO * Math.abs(first.difference) ? 2 : 1,
  );
  let names = sorted.map((apart, i) => nameOf(apart, lengths[i]!));
  for (;;) {
    const twins = names.flatMap((name, i) =>
      names.indexOf(name) !== names.lastIndexOf(name) && lengths[i]! < sorted[i]!.length ? [i] : [],
    );
    if (twins.length === 0) break;
    for (const i of twins) lengths[i]!++;
    names = sorted.map((apart, i) => nameOf(apart, lengths[i]!));
  }
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name} (${before + 1})`;
  });
}

const nameOf = (apart: readonly Apart[], length: number): string =>
  apart.length === 0
    ? "near the average"
    : apart
        .slice(0, length)
        .map(({ label, difference }) => `${degree(difference)} ${inSentence(label)}`)
        .join(", ");

const degree = (difference: number): string =>
  `${Math.abs(difference) >= VERY ? "very " : ""}${difference > 0 ? "high" : "low"}`;

/** "Credit score" becomes "credit score", "FICO score" stays. */
const inSentence = (label: string): string =>
  /^\p{Lu}(?!\p{Lu})/u.test(label) ? label[0]!.toLowerCase() + label.slice(1) : label;
