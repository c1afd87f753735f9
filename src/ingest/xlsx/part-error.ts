import { refused } from "../../errors.ts";

export const saveAgain = "open it in a spreadsheet program and save it again as .xlsx";

/** Why a part cannot be read, before anyone has said which part of which file it is. */
export class PartError extends Error {
  readonly hint: string;

  constructor(reason: string, hint: string = saveAgain, cause?: unknown) {
    super(reason, { cause });
    this.hint = hint;
  }
}

/** A limit that was passed; the hint is the same for all of them. */
export const tooMuch = (reason: string): PartError =>
  new PartError(reason, "if the file is to be trusted, save the rows that matter as .csv");

/** Names the part; everything else passes through. */
export const named = (error: unknown, where: string): unknown =>
  error instanceof PartError ? refused(`${where} ${error.message}`, error.hint, error) : error;
