import type { ReportData } from "../../src/outputs/report.ts";
import type { Row } from "../kit/data.ts";

export type Packed = ReportData["document"]["analyses"][string];

/** One analysis with its rows by name. */
export interface Analysis extends Omit<Packed, "rows"> {
  readonly id: string;
  readonly rows: readonly Row[];
}

export type Report = Omit<ReportData, "document"> & {
  readonly document: Omit<ReportData["document"], "analyses">;
  readonly analyses: readonly Analysis[];
};

/** What is said of the files themselves. */
export interface Quality extends Pick<Report, "fields" | "issueDocs" | "titles"> {
  readonly document: Pick<Report["document"], "inputs" | "not_computable" | "shared"> & {
    readonly issues: readonly (Omit<Report["document"]["issues"][number], "code"> & {
      readonly code: string;
    })[];
  };
}

export function readReport(text: string): Report {
  const { document, ...rest } = JSON.parse(text) as ReportData;
  return {
    ...rest,
    document,
    analyses: Object.entries(document.analyses).map(([id, packed]) => unpack(id, packed)),
  };
}

function unpack(id: string, packed: Packed): Analysis {
  const names = packed.columns.map(({ name }) => name);
  const rows = packed.rows.map((cells) =>
    Object.fromEntries(names.map((name, i) => [name, cells[i] ?? null])),
  );
  return { ...packed, id, rows };
}

export const shortHash = (sha256: string): string => sha256.slice(0, 12);
