import type { Reading } from "./options.ts";
import { inSession } from "./session.ts";
import { printQuality } from "./summary.ts";

export async function check(
  files: readonly string[],
  options: Reading & { readonly json?: boolean },
): Promise<void> {
  await inSession(options, async (session) => {
    await using portfolio = await session.open(files, options, { nearestPlaces: false });
    session.progress.clear();
    if (options.json) {
      const { asOf, asOfSource, sources, issues } = portfolio;
      const document = { as_of: asOf, as_of_source: asOfSource, inputs: sources, issues };
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
      return;
    }
    printQuality(portfolio);
  });
}
