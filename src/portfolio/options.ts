import { closest } from "fastest-levenshtein";
import { analyses } from "../analyses/index.ts";
import { usage } from "../errors.ts";
import { parameters } from "../schema/measures.ts";

/** A real day, written YYYY-MM-DD. */
export function checkDate(text: string): void {
  const day = new Date(`${text}T00:00:00Z`);
  if (
    !/^\d{4}-\d{2}-\d{2}$/.test(text) ||
    Number.isNaN(day.getTime()) ||
    day.toISOString().slice(0, 10) !== text
  )
    throw usage(`not a date: ${text}`, "write it YYYY-MM-DD, such as 2020-02-29");
}

/** Ids of analyses; an unknown one is refused with the nearest known one. */
export function checkIds(ids: readonly string[]): void {
  for (const id of ids)
    if (!Object.hasOwn(analyses, id))
      throw usage(`unknown analysis: ${id}`, `did you mean ${closest(id, Object.keys(analyses))}?`);
}

/** Thresholds by their full name, within their range. */
export function checkSettings(settings: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(settings)) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter === undefined)
      throw usage(`unknown parameter: ${name}`, `did you mean ${closest(name, Object.keys(parameters))}?`);
    const [low, high] = parameter.range;
    if (!(value >= low && value <= high))
      throw usage(`${name} is out of range: ${value}`, `give a number from ${low} to ${high}`);
  }
  for (const names of inOrder) {
    const values = names.map((name) => settings[name] ?? parameters[name]?.default ?? 0);
    const wrong = values.findIndex((value, at) => at > 0 && value < (values[at - 1] ?? 0));
    if (wrong > 0)
      throw usage(
        `${names[wrong]} is ${values[wrong]}, below ${names[wrong - 1]}, which is ${values[wrong - 1]}`,
        `give bounds that rise: ${names.join(", ")}`,
      );
  }
}

/** Bounds of bands: each at least as high as the one before. */
const inOrder: readonly (readonly string[])[] = [
  ["expert_card.high_from", "expert_card.moderate_from", "expert_card.low_from"],
  ["risk_band.pd_moderate", "risk_band.pd_high", "risk_band.pd_very_high"],
  ["risk_band.rank_very_high", "risk_band.rank_high", "risk_band.rank_moderate"],
];
