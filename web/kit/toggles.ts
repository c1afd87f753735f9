import type { Scalar } from "./data.ts";
import { category, count } from "./format.ts";

/** A category that can be chosen; null is "not stated". */
export type Key = string | null;

export interface Choice {
  readonly key: Key;
  /** Shown instead of the key. */
  readonly name?: string;
  /** What the other filters leave. */
  readonly count: number;
  readonly whole?: number | undefined;
}

export const nameOf = ({ key, name }: Choice): string => name ?? category(key as Scalar);

/** "CA: 211 customers, of whole 320". */
export const choiceText = (choice: Choice, unit: string): string =>
  `${nameOf(choice)}: ${count(choice.count)} ${unit}${choice.whole === undefined ? "" : `, of whole ${count(choice.whole)}`}`;

/** A part of the largest, as an attribute of SVG: served pages may set no styles. */
export const percentOf = (value: number, most: number): string =>
  `${most > 0 ? Math.min(100, (value / most) * 100).toFixed(2) : 0}%`;

/** What a toggle of several says of itself. */
export const pressed = (keys: readonly Key[], selected: ReadonlySet<Key>): boolean | "mixed" => {
  const on = keys.filter((key) => selected.has(key)).length;
  return on === 0 ? false : on === keys.length ? true : "mixed";
};
