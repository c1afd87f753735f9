import { caseStudy, type Files, type Format, formats, type Size, sampleOf, sizes } from "./files.ts";

export const kinds = [
  "case-study",
  "analyses",
  "unbounded",
  "typed-tables",
  "workbook",
  "report",
  "learning",
] as const;
export type Kind = (typeof kinds)[number];

/** One thing that is measured. */
export interface Work {
  readonly id: string;
  readonly kind: Kind;
  readonly size: Size;
  readonly format: Format;
  readonly runs: number;
  readonly memory?: string;
  files(): Promise<Files>;
}

/** The bound that the goal states. */
const LARGEST_MEMORY = "4GB";
/** Less does not hold the reading of 1,000,000 customers, whose report it is. */
const REPORT_MEMORY = "1GB";

function work(kind: Kind, size: Size, format: Format): Work {
  return {
    id: `${kind}/${size}/${format}`,
    kind,
    size,
    format,
    runs: { "2k": 5, "100k": 5, "1m": 3, "10m": 1 }[size],
    ...(size === "10m" && kind !== "unbounded" && { memory: LARGEST_MEMORY }),
    ...(kind === "report" && { memory: REPORT_MEMORY }),
    files: () => filesOf(kind, size, format),
  };
}

function filesOf(kind: Kind, size: Size, format: Format): Promise<Files> {
  if (kind === "case-study") return caseStudy();
  // the size is that of the list, not of the portfolio that it is of
  return kind === "workbook" ? sampleOf("2k", "csv") : sampleOf(size, format);
}

const isMade = (size: Size, format: Format) => size !== "10m" || format === "parquet";

/** Small ones first, so that there is something to see soon. */
export const works: readonly Work[] = (Object.keys(sizes) as Size[]).flatMap((size) => [
  ...(size === "2k" ? [work("case-study", size, "xlsx")] : []),
  ...formats.filter((format) => isMade(size, format)).map((format) => work("analyses", size, format)),
  ...(size === "1m"
    ? [work("typed-tables", size, "xlsx"), work("workbook", size, "xlsx"), work("report", size, "parquet")]
    : []),
  ...(size === "10m" ? [work("unbounded", size, "parquet")] : []),
  ...(size === "2k" ? [] : [work("learning", size, size === "10m" ? "parquet" : "csv")]),
]);

/** Works that have every word of the choice: of several kinds, sizes or formats any one. */
export function chosen(words: readonly string[]): readonly Work[] {
  const groups: readonly (readonly string[])[] = [kinds, Object.keys(sizes), formats];
  const unknown = words.find((word) => !groups.flat().includes(word));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: choose from ${groups.flat().join(", ")}`);
  return works.filter(({ kind, size, format }) =>
    [kind, size, format].every((own, i) => {
      const asked = words.filter((word) => groups[i]?.includes(word));
      return asked.length === 0 || asked.includes(own);
    }),
  );
}
