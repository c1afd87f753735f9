import { flushSync, mount, unmount } from "svelte";
import BarChart from "../../kit/BarChart.svelte";
import ColumnChart from "../../kit/ColumnChart.svelte";
import type { Dataset } from "../../kit/data.ts";
import { tick } from "../../kit/format.ts";
import { type Caption, pngOf } from "../../kit/png.ts";
import type { RangeView, View } from "./crossfilter.svelte.ts";

const WIDTH = 640;

/** A view as a picture that can stand alone: drawn anew, out of sight, without the brush. */
export async function pictureOf(view: View, named: Dataset, caption: Caption): Promise<Blob> {
  const data = view.shape === "range" ? withShortNames(view, named) : named;
  const target = document.createElement("div");
  target.className = "visually-hidden";
  document.body.append(target);
  const common = { data, title: caption.title, width: WIDTH };
  const chart =
    view.shape === "range"
      ? mount(ColumnChart, {
          target,
          props: { ...common, chart: { mark: "column", x: "bar", y: "selected" } },
        })
      : mount(BarChart, { target, props: { ...common, chart: { mark: "bar", x: "bar", y: "selected" } } });
  try {
    flushSync();
    const svg = target.querySelector<SVGSVGElement>("svg[role=graphics-document]");
    if (svg === null) throw new Error("nothing was drawn");
    return await pngOf(svg, caption);
  } finally {
    await unmount(chart);
    target.remove();
  }
}

/** Bars named by where they begin: an axis has no room for more. */
function withShortNames({ edges, barSteps, kind }: RangeView, { columns, rows }: Dataset): Dataset {
  const names = rows.map(({ bar }, i) => {
    const edge = edges[i * barSteps];
    if (edge === undefined) return bar ?? null;
    return kind === "month" ? edge : tick(kind, Number(edge));
  });
  return { columns, rows: rows.map((row, i) => ({ ...row, bar: names[i] ?? null })) };
}
