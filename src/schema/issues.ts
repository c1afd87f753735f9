export type Severity = "info" | "warning" | "error";

/**
 * What can be found about the data: a closed list. `action` is what was done; errors made a value missing,
 * warnings kept or repaired it, infos are worth knowing.
 */
export const issueCodes = {
  unreadable_value: {
    severity: "error",
    doc: "The cell is in no notation of its column.",
    action: "value is missing",
  },
  unreadable_column: {
    severity: "error",
    doc: "The header names a column, and most of the cells below it cannot be its values.",
    action: "the column is not read; feed it with --map if it is meant",
  },
  out_of_range: {
    severity: "error",
    doc: "The value is impossible for its column.",
    action: "value is missing",
  },
  unknown_value: {
    severity: "error",
    doc: "The category is none of the known ones.",
    action: "value is missing",
  },
  error_cell: { severity: "error", doc: "The cell holds a spreadsheet error.", action: "value is missing" },
  formula_without_value: {
    severity: "error",
    doc: "The cell holds a formula whose result the file does not keep.",
    action: "value is missing",
  },
  malformed_row: {
    severity: "error",
    doc: "The line has more fields than the header and could not be split safely.",
    action: "row is left out",
  },
  missing_key: { severity: "error", doc: "The row has no key.", action: "row is left out" },
  date_in_number: {
    severity: "warning",
    doc: "A spreadsheet turned the number into a date.",
    action: "value is missing, the customer is kept; both candidates are tried for the state",
  },
  retyped_month: {
    severity: "warning",
    doc: "A spreadsheet re-read month and year as month and day of the year it was saved in.",
    action: "the day is read as the year",
  },
  mixed_notation: {
    severity: "warning",
    doc: "The cell is written unlike the rest of its column.",
    action: "read in its own notation",
  },
  ambiguous_date_order: {
    severity: "warning",
    doc: "Day and month of the column cannot be told apart.",
    action: "read as month/day/year",
  },
  implausible_value: {
    severity: "warning",
    doc: "The value is doubtful for its column.",
    action: "kept and counted",
  },
  duplicate_row: {
    severity: "warning",
    doc: "The row repeats an earlier one exactly.",
    action: "removed; the first is kept",
  },
  orphan_card: {
    severity: "warning",
    doc: "The card's customer is not in the customers file.",
    action: "counts as a card, belongs to no customer",
  },
  card_count_mismatch: {
    severity: "warning",
    doc: "The stated number of cards is not the counted one.",
    action: "the counted number is used",
  },
  expires_before_opened: {
    severity: "warning",
    doc: "The card expires before it was opened.",
    action: "kept and counted",
  },
  age_disagrees: {
    severity: "warning",
    doc: "The stated age does not follow from birth year and month on the as-of date of the file.",
    action: "the stated age is used",
  },
  guessed_column: {
    severity: "warning",
    doc: "The header is unknown; the column was bound by its values.",
    action: "bound by its values; name it with --map to be sure",
  },
  empty_column: {
    severity: "warning",
    doc: "The column has a header and no values.",
    action: "treated as missing",
  },
  duplicate_header: {
    severity: "warning",
    doc: "Two headers mean the same column.",
    action: "the first is used; choose with --map",
  },
  missing_token: {
    severity: "info",
    doc: "The cell holds a word for missing, such as N/A.",
    action: "value is missing",
  },
  rounded_card_number: {
    severity: "info",
    doc: "The card number lost digits to rounding.",
    action: "its last four digits are missing",
  },
} as const satisfies Record<string, { severity: Severity; doc: string; action: string }>;

export type IssueCode = keyof typeof issueCodes;

/** One finding about one cell or row; card-shaped digits in `value` are masked. */
export interface IssueCell {
  readonly code: IssueCode;
  readonly severity: Severity;
  readonly table: "users" | "cards";
  readonly column: string | null;
  /** 1-based row of the sheet or file, the header's row included. */
  readonly row: number | null;
  readonly value: string | null;
  readonly action: string;
}

/** All findings of one code in one column. */
export interface IssueSummary {
  readonly code: IssueCode;
  readonly severity: Severity;
  readonly table: "users" | "cards";
  readonly column: string | null;
  /** Null where it is too small to be shared. */
  readonly count: number | null;
  /** The first five. */
  readonly examples: readonly { readonly row: number | null; readonly value: string | null }[];
  readonly action: string;
}

/** Where a table came from, and what fed its columns. */
export interface Source {
  readonly table: "users" | "cards";
  /** File name without its folder. */
  readonly file: string;
  readonly sheet: string | null;
  readonly rows: number;
  readonly sha256: string;
  readonly columns: readonly {
    readonly column: string;
    readonly header: string;
    readonly notation: string;
  }[];
  /** Headers that feed no column: their cells are not read. */
  readonly ignored: readonly string[];
}
