import { openModel } from "../portfolio/model-file.ts";
import { validateFiles } from "../portfolio/scoring.ts";
import type { BorrowersReading } from "./model-commands.ts";
import { inSession } from "./session.ts";

export interface ValidateCommandOptions extends BorrowersReading {
  readonly cutoff?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Holds a model against other borrowers, and says what it found. */
export const validate = (
  path: string,
  files: readonly string[],
  options: ValidateCommandOptions,
): Promise<void> =>
  inSession(options, async (session) => {
    const { out, json, cutoff, quiet: _, ...rest } = options;
    const model = await openModel(path);
    const validated = await validateFiles(model, files, {
      ...rest,
      ...(cutoff !== undefined && { cutOff: cutoff }),
      onProgress: (step, done) => session.progress.step(step, done),
      signal: session.signal,
    });
    const { validation, notes } = validated;
    const found = { ...validation, caveats: [...validation.caveats, ...notes] };
    if (out !== undefined) {
      const { writeValidationFolder } = await import("../outputs/model-folder.ts");
      await writeValidationFolder(model, found, out, { signal: session.signal });
    }
    session.progress.clear();
    if (json) {
      const { validationText } = await import("../outputs/model-folder.ts");
      process.stdout.write(validationText(model, found));
    } else {
      const { printValidated } = await import("./model-summary.ts");
      printValidated(validated, out);
    }
  });
