import { openModel, scoreFiles, trainModel, writeModel } from "cardscope";

/** Trains on one set of files, keeps the model, and lists who of another set is riskiest, with the reasons. */
export async function riskiest(past: readonly string[], today: readonly string[], model: string) {
  const trained = await trainModel(past, { definition: "90 days past due", seed: 1 });
  await writeModel(trained, model); // model.json, score.sql, and the card as Markdown, HTML and xlsx
  const { rows, head } = await scoreFiles(await openModel(model), today);
  const first = [...rows].filter(({ rank }) => rank <= 10).sort((a, b) => a.rank - b.rank);
  return { champion: head.model, auc: trained.model.performance[0]?.auc.value, first };
}
