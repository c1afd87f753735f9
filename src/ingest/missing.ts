import { literal } from "../sql/statement.ts";

/** What people write where there is nothing. */
export const missingTokens = [
  "na",
  "n/a",
  "n.a.",
  "null",
  "none",
  "nan",
  "nil",
  "-",
  "--",
  "–",
  "?",
  "unknown",
  "missing",
  "not available",
];
export const errorPattern =
  "#(?:N/A|REF!|DIV/0!|VALUE!|NAME\\?|NULL!|NUM!|GETTING_DATA|SPILL!|CALC!|FIELD!|BLOCKED!|#+)";

/** Stands for the cell of a formula whose result the file does not keep. */
export const FORMULA_WITHOUT_VALUE = "#FORMULA";

/** SQL that is true where the whole of `x` matches. */
export const fullMatch = (x: string, pattern: string): string =>
  `regexp_full_match(${x}, ${literal(pattern)})`;

/** SQL that is true for a word for missing. */
export const isMissingToken = (x: string): string =>
  `lower(trim(${x})) in (${missingTokens.map(literal).join(", ")})`;

/** SQL that is true for a spreadsheet's error, and for a formula without its result. */
export const isError = (x: string): string =>
  `(starts_with(trim(${x}), '#') and (${fullMatch(`upper(trim(${x}))`, errorPattern)} or trim(${x}) = ${literal(FORMULA_WITHOUT_VALUE)}))`;

const errorText = new RegExp(`^(?:${errorPattern})$`);

/** Whether a cell holds a value: not blank, not a word for missing, not an error. */
export const isFilled = (cell: string): boolean =>
  cell.trim() !== "" && !isMissingText(cell) && !isErrorText(cell);
export const isMissingText = (cell: string): boolean => missingTokens.includes(cell.trim().toLowerCase());
export const isErrorText = (cell: string): boolean =>
  errorText.test(cell.trim().toUpperCase()) || cell.trim() === FORMULA_WITHOUT_VALUE;
