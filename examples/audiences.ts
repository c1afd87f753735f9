import { openPortfolio } from "cardscope";

/** How many customers are in each audience, when the premium audience begins above this score or that. */
export async function audiences(files: readonly string[]) {
  const table = [];
  for (const scoreMin of [700, 740]) {
    await using portfolio = await openPortfolio(files, { settings: { "premium.score_min": scoreMin } });
    const { rows } = await portfolio.run("marketing-audiences");
    table.push(...rows.map(({ audience, customers }) => ({ scoreMin, audience, customers })));
  }
  return table;
}
