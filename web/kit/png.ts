import { wrap } from "./text.ts";

const kept = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "font-family",
  "font-size",
  "font-weight",
  "font-variant-numeric",
  "text-anchor",
  "shape-rendering",
];
const namespace = "http://www.w3.org/2000/svg";
const edge = 20;

export interface Caption {
  readonly title: string;
  readonly text: string;
  /** Below the chart: as of when, from which files. */
  readonly source: string;
}

/** The chart as a picture that can stand alone: light, at twice its size, with its title, sentence and source. */
export async function pngOf(chart: SVGSVGElement, caption: Caption): Promise<Blob> {
  const svg = framed(chart, caption);
  const [width, height] = [Number(svg.getAttribute("width")), Number(svg.getAttribute("height"))];
  const image = new Image(width * 2, height * 2);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * 2;
  canvas.height = height * 2;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is empty"))), "image/png"),
  );
}

function framed(chart: SVGSVGElement, { title, text, source }: Caption): SVGSVGElement {
  const { width, height } = chart.viewBox.baseVal;
  const lines = [
    ...wrap(title, width, 2, 16).map((line) => ({ line, size: 16, weight: 600 })),
    ...wrap(text, width, 4, 13).map((line) => ({ line, size: 13, weight: 400 })),
  ];
  const texts: { line: string; size: number; weight: number; y: number }[] = [];
  const svg = element("svg", { xmlns: namespace, "font-family": getComputedStyle(chart).fontFamily });
  let y = edge;
  for (const { line, size, weight } of lines) {
    y += Math.round(size * 1.4);
    texts.push({ line, y, size, weight });
  }
  const top = y + 14;
  const notes = wrap(source, width, 2, 11);
  const total = top + height + 14 + notes.length * 15 + edge;
  const size = { width: width + 2 * edge, height: Math.ceil(total) };
  setAll(svg, { ...size, viewBox: `0 0 ${size.width} ${size.height}` });
  svg.append(element("rect", { ...size, fill: "#ffffff" }));
  for (const { line, ...at } of texts)
    svg.append(
      element(
        "text",
        { x: edge, y: at.y, "font-size": at.size, "font-weight": at.weight, fill: "#16181b" },
        line,
      ),
    );
  const inner = styled(chart);
  setAll(inner, { x: edge, y: top, width, height, overflow: "visible" });
  svg.append(inner);
  notes.forEach((note, i) => {
    svg.append(
      element("text", { x: edge, y: top + height + 24 + i * 15, "font-size": 11, fill: "#575d66" }, note),
    );
  });
  return svg as SVGSVGElement;
}

/** A copy that carries its computed styles, as in the light theme. */
function styled(chart: SVGSVGElement): SVGSVGElement {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const theme = document.documentElement.dataset;
  const before = theme["theme"];
  theme["theme"] = "light";
  const copies = [copy, ...copy.querySelectorAll("*")];
  [chart, ...chart.querySelectorAll("*")].forEach((original, i) => {
    const style = getComputedStyle(original);
    const target = copies[i];
    target?.removeAttribute("style");
    target?.removeAttribute("class");
    for (const name of kept) target?.setAttribute(name, style.getPropertyValue(name));
  });
  if (before === undefined) delete theme["theme"];
  else theme["theme"] = before;
  return copy;
}

function element(name: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const result = document.createElementNS(namespace, name);
  setAll(result, attributes);
  result.textContent = text;
  return result;
}

function setAll(target: Element, attributes: Record<string, string | number>): void {
  for (const [name, value] of Object.entries(attributes)) target.setAttribute(name, String(value));
}
