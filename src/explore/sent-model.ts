import { join } from "node:path";
import { borrowersOf, type PortfolioBorrowers } from "../models/borrowers.ts";
import { modelName } from "../outputs/model-performance.ts";
import { writeScores } from "../outputs/model-scores.ts";
import { parseModel } from "../portfolio/model-file.ts";
import { scoredRows } from "../portfolio/scoring.ts";
import { knownRows } from "../risk/labelled.ts";
import { score } from "../risk/score.ts";
import { type Validation, validate } from "../risk/validate.ts";
import type { Explorer } from "./explorer.ts";
import type { Look } from "./look.ts";

/** What messages call the text that was sent. */
const SENT = "the model file";

/** All customers of the portfolio at the look's date, whatever is selected. */
const customersAt = (explorer: Explorer, look: Look, signal?: AbortSignal): Promise<PortfolioBorrowers> =>
  explorer.at(look, ({ engine, view }) => borrowersOf(engine, view), signal);

/** Scores the open portfolio by a model that was trained elsewhere, as csv in a folder. Throws DATA_REFUSED. */
export async function scoreOpened(
  explorer: Explorer,
  look: Look,
  text: string,
  folder: string,
  signal?: AbortSignal,
): Promise<string> {
  const model = parseModel(text, SENT);
  const borrowers = await customersAt(explorer, look, signal);
  const scores = await score(model, borrowers, { signal });
  const head = {
    model: model.champion,
    customers: borrowers.rows,
    unseen: scores.unseen,
    caveats: model.caveats,
  };
  const file = join(folder, "scores.csv");
  const { risk_band: bounds } = explorer.viewOf(look).values;
  await writeScores(file, head, scoredRows(borrowers, scores, bounds), { ...(signal && { signal }) });
  return file;
}

export interface SentValidation extends Validation {
  readonly model: string;
}

/** Holds a model that was trained elsewhere against the open portfolio. Throws DATA_REFUSED. */
export async function validateOpened(
  explorer: Explorer,
  look: Look,
  text: string,
  signal?: AbortSignal,
): Promise<SentValidation> {
  const model = parseModel(text, SENT);
  const { outcome, ...customers } = await customersAt(explorer, look, signal);
  const known = outcome === undefined ? undefined : knownRows(customers, outcome);
  const validation = await validate(model, known !== undefined && known.rows > 0 ? known : customers, {
    signal,
  });
  return { ...validation, model: modelName(model.champion) };
}
