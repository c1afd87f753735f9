import { CardscopeError } from "../errors.ts";
import type { RiskBand } from "../risk/model.ts";
import { riskBands } from "../schema/bands.ts";
import { REFERENCE_CAPTION } from "../schema/reference-rates.ts";
import { sql } from "../sql/statement.ts";
import { findPerson } from "./customer/person.ts";
import { type ModelKind, namedModel } from "./default-model.ts";
import type { Explorer } from "./explorer.ts";
import type { Look } from "./look.ts";

/** One customer's place among all by risk of default. */
export interface DefaultRisk {
  readonly kind: ModelKind;
  readonly name: string;
  /** What has to be said wherever it stands. */
  readonly label: string;
  /** 1 is the riskiest; null where the customer cannot be ranked. */
  readonly rank: number | null;
  /** Who are ranked. */
  readonly customers: number;
  readonly band: RiskBand | null;
  readonly score: number | null;
  readonly pd: number | null;
  readonly reasons: string[];
  /** The least change that lowers the band. */
  readonly change: string | null;
  readonly missing_inputs: string[];
  readonly reference_rate: number | null;
  readonly reference_caption: string;
  readonly caveat: string;
  /** Why there is no rank, where there is none. */
  readonly absent: string;
}

const CAME_LATER =
  "This customer came after the predictions were learnt. They are learnt again when the feed has been quiet for a moment, and every quarter of an hour.";

/** Filters are passed over: a rank is among all. Throws NOT_FOUND. */
export async function defaultRiskOf(
  explorer: Explorer,
  look: Look,
  id: string,
  signal?: AbortSignal,
): Promise<DefaultRisk> {
  // learning takes a while: no connection waits for it
  const model = namedModel(await explorer.learner.learnt());
  return explorer.at(
    look,
    async (sight) => {
      const { engine, view } = sight;
      const person = await findPerson(engine, id);
      const named = {
        ...model,
        reference_caption: REFERENCE_CAPTION,
      };
      const nothing = {
        ...named,
        rank: null,
        customers: 0,
        band: null,
        score: null,
        pd: null,
        reasons: [],
        change: null,
        missing_inputs: [],
        reference_rate: null,
      };
      const lacking = view.inputs.missing("ranking");
      if (model.kind === "expert" && lacking.length > 0)
        return { ...nothing, absent: `Not computable: no ${lacking.join(", no ")} in the files.` };
      const { rows } = await engine.query(sql`
        select
          profile.score,
          profile.risk_rank,
          profile.band,
          profile.pd,
          profile.reasons,
          profile.change,
          profile.missing_inputs,
          profile.reference_rate,
          (select count(risk_rank) from default_profile) as customers
        from default_profile profile
        where profile.user_id = ${person.id}
      `);
      const [row] = rows;
      if (row === undefined && explorer.isLive) return { ...nothing, absent: CAME_LATER };
      if (row === undefined)
        throw new CardscopeError("RESULT_SHAPE", `default_profile has no row of customer ${id}`);
      const number = (name: string): number | null => (row[name] === null ? null : Number(row[name]));
      const words = (name: string, separator: string): string[] =>
        row[name] === null ? [] : String(row[name]).split(separator);
      return {
        ...named,
        rank: number("risk_rank"),
        customers: Number(row["customers"]),
        band: riskBands.find((band) => band === row["band"]) ?? null,
        score: number("score"),
        pd: number("pd"),
        reasons: words("reasons", "; "),
        change: row["change"] === null ? null : String(row["change"]),
        missing_inputs: words("missing_inputs", ", "),
        reference_rate: number("reference_rate"),
        absent: "None of the inputs is known for this customer, so there is no rank.",
      };
    },
    signal,
  );
}
