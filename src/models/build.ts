import { readFileSync } from "node:fs";
import type { Engine } from "../engines/engine.ts";
import { type OnDone, partsOf } from "../progress.ts";
import {
  ageBands,
  cardStatuses,
  debtTiers,
  incomeBands,
  retirementBands,
  scoreBands,
  underage,
  utilisationBands,
} from "../schema/bands.ts";
import type { Input, Inputs } from "../schema/inputs.ts";
import type { MeasureValues } from "../schema/measures.ts";
import { offerExclusions, offerReasons, offers } from "../schema/offers.ts";
import type { Outcomes } from "../schema/outcomes.ts";
import type { Dialect } from "../sql/dialect.ts";
import { literal, raw } from "../sql/statement.ts";

/** In the order in which they read each other. */
export const models = ["card_profile", "customer_profile", "offer_profile"] as const;
export type Model = (typeof models)[number];

/** How the portfolio is looked at: the day, the thresholds, and what the files hold. */
export interface View {
  /** YYYY-MM-DD */
  readonly asOf: string;
  readonly values: MeasureValues;
  readonly inputs: Inputs;
  /** Of the whole portfolio, however it is narrowed. */
  readonly outcomes: Outcomes;
  /** Narrows a SELECT over the models to a part of the portfolio; the whole of it where there is none. */
  readonly narrow?: (select: string) => string;
}

/** The model's SQL with its holes filled: thresholds, the as-of date, and what differs between engines. */
export function renderModel(name: Model, view: View, dialect: Dialect): string {
  const text = readFileSync(new URL(`./marts/${name}.sql`, import.meta.url), "utf8");
  return text.replaceAll(/\{\{([^}]+)\}\}/g, (_, hole: string) => renderHole(hole.trim(), view, dialect));
}

/** Counts the outcomes in `users`. */
export async function outcomesIn(engine: Engine): Promise<Outcomes> {
  const { rows } = await engine.query(
    raw("select count(defaulted) as known, count(*) filter (where defaulted) as defaults from users"),
  );
  return { known: Number(rows[0]?.["known"]), defaults: Number(rows[0]?.["defaults"]) };
}

/** About the time that each takes. */
const WEIGHTS: Readonly<Record<Model, number>> = { card_profile: 24, customer_profile: 68, offer_profile: 8 };

/** Builds every model over the canonical tables, replacing what was there. */
export async function buildModels(engine: Engine, view: View, onDone?: OnDone): Promise<void> {
  const done = partsOf(onDone, WEIGHTS);
  for (const name of models) {
    await engine.execute(
      raw(`create or replace table ${name} as ${renderModel(name, view, engine.dialect)}`),
      done?.[name],
    );
    done?.[name](1);
  }
}

/** What a column of closed text may say, by its name: `{{score_band: poor}}` is one of them. */
const closed: Readonly<Record<string, readonly string[]>> = {
  status: cardStatuses,
  age_band: [underage, ...ageBands],
  income_band: incomeBands,
  score_band: scoreBands,
  debt_tier: debtTiers,
  retirement_band: retirementBands,
  utilisation_band: utilisationBands,
  offer: offers.map(({ offer }) => offer),
  reason: offerReasons,
  excluded_because: offerExclusions,
};

function renderHole(hole: string, view: View, dialect: Dialect): string {
  const { asOf, values, inputs } = view;
  const [, column = "", text = ""] = /^(\w+): (.+)$/.exec(hole) ?? [];
  if (closed[column]?.includes(text)) return dialect.oneOf(text, closed[column]);
  const [, call, argument = ""] = /^(\w+)\((.*)\)$/.exec(hole) ?? [];
  switch (call) {
    case "last_day":
      return dialect.lastDay(argument === "as_of" ? dialect.date(asOf) : argument);
    case "as_of_plus":
      return dialect.addMonths(dialect.date(asOf), renderHole(argument, view, dialect));
    case "as_of_minus":
      return dialect.addMonths(dialect.date(asOf), `-${renderHole(argument, view, dialect)}`);
    case "as_of_month_plus":
      return dialect.addMonths(dialect.date(`${asOf.slice(0, 7)}-01`), renderHole(argument, view, dialect));
    case "has":
      return String(inputs.has(argument as Input));
  }
  if (hole === "as_of") return dialect.date(asOf);
  const [measure = "", name = ""] = hole.split(".");
  const value = (values as Readonly<Record<string, Readonly<Record<string, number | null>>>>)[measure]?.[
    name
  ];
  if (value === undefined) throw new TypeError(`unknown hole in a model: {{${hole}}}`);
  return literal(value);
}
