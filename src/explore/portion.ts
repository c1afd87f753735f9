import type { Engine } from "../engines/engine.ts";
import type { View } from "../models/build.ts";
import type { Portion } from "../outputs/document.ts";
import { raw } from "../sql/statement.ts";

/** How many customers and cards a view selects, of how many. */
export async function portionAt({
  engine,
  view,
}: {
  readonly engine: Engine;
  readonly view: View;
}): Promise<{ readonly selected: Portion; readonly whole: Portion }> {
  const count = async (model: string, narrow = (text: string) => text) => {
    const { rows } = await engine.query(raw(narrow(`select count(*) as n from ${model}`)));
    return Number(rows[0]?.["n"]);
  };
  const portion = async (narrow?: View["narrow"]): Promise<Portion> => ({
    customers: await count("customer_profile", narrow),
    cards: await count("card_profile", narrow),
  });
  const whole = await portion();
  return { whole, selected: view.narrow === undefined ? whole : await portion(view.narrow) };
}
