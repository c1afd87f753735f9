import type { Dataset, Row } from "../../kit/data.ts";
import { category } from "../../kit/format.ts";
import { rangeText } from "../../kit/histogram.ts";
import { productName } from "../filters.ts";
import type { View } from "./crossfilter.svelte.ts";

/** The names of a view's bars, as a reader says them. */
export function barNames(view: View): string[] {
  if (view.shape === "category") {
    const names = view.names.map((name) => (view.id === "product" ? productName(name) : category(name)));
    return view.others === undefined ? names : [...names, `${view.others} others`];
  }
  const { edges, barSteps, kind, open } = view;
  const bins = edges.length - 1;
  return view.counts.map((_, bar) =>
    rangeText({ kind, edges, open }, [bar * barSteps, Math.min(bins, (bar + 1) * barSteps)]),
  );
}

/** A view as a table: what the other filters leave, beside the whole. */
export function datasetOf(view: View, counts: ArrayLike<number>, missing: number, unit: string): Dataset {
  const rows: Row[] = barNames(view).map((name, i) => ({
    bar: name,
    selected: counts[i] ?? 0,
    whole: view.whole[i] ?? 0,
  }));
  if (view.missing.whole > 0) rows.push({ bar: "not stated", selected: missing, whole: view.missing.whole });
  const Unit = unit.charAt(0).toUpperCase() + unit.slice(1);
  return {
    columns: [
      { name: "bar", label: view.label, doc: "What the bar stands for.", kind: "label" },
      {
        name: "selected",
        label: Unit,
        doc: `The ${unit} that the filters on the other views leave.`,
        kind: "count",
      },
      { name: "whole", label: "Of whole", doc: `The ${unit} of the whole portfolio.`, kind: "count" },
    ],
    rows,
  };
}

/** What a view counts, in words. */
export function definitionOf(view: View, unit: string): string {
  const bars = `A bar counts the ${unit} that the filters on all other views leave; the grey bar behind it, on the same scale, is the whole portfolio.`;
  const holders =
    view.owner === "card" && unit === "customers"
      ? " A customer stands in each bar in which they hold a card that passes the other filters on cards, once; so bars do not add up to the customers."
      : "";
  const owners =
    view.owner === "customer" && unit === "cards"
      ? " A card has the attributes of its owner; one without an owner has none."
      : "";
  const bounds =
    view.shape === "range"
      ? " A bar holds its lower bound and not its upper; values that are not stated stand apart."
      : "";
  return `${bars}${holders}${owners}${bounds} The rows that are selected open from the bar above, with their SQL.`;
}
