import { usage } from "../errors.ts";
import type { TrainedModel } from "./learning.ts";

export interface WriteModelOptions {
  readonly signal?: AbortSignal;
  /** Told the name of each file before it is written. */
  readonly onFile?: (name: string) => void;
}

/**
 * Writes a model: into a folder with its card (Markdown, HTML, xlsx) and its SQL, or alone where the path ends in
 * .json. All or nothing. What was learnt from columns that never decide is refused.
 */
export async function writeModel(
  { model, sql, isBenchmark }: TrainedModel,
  path: string,
  options: WriteModelOptions = {},
): Promise<void> {
  if (isBenchmark)
    throw usage(
      "a model that learnt from what never decides cannot be exported",
      "it is for comparison only: train without it",
    );
  // writers are a large part of the program, and most runs write no model
  const { writeModelFile, writeModelFolder } = await import("../outputs/model-folder.ts");
  if (/\.json$/i.test(path)) {
    options.onFile?.(path);
    await writeModelFile(model, path, options);
    return;
  }
  const { scoreSql } = await import("../risk/scorecard-sql.ts");
  await writeModelFolder(model, path, { ...options, sql: scoreSql(model, sql) });
}
