import { createHash } from "node:crypto";
import { escapeHtml } from "./escape-html.ts";
import { chartSvg } from "./model-chart.ts";
import {
  type Block,
  type Card,
  type CardColumn,
  type CardTable,
  cellText,
  columnOf,
  type Section,
} from "./model-content.ts";
import { cardStyle } from "./model-style.ts";

const POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(cardStyle).digest("base64")}'; base-uri 'none'; form-action 'none'`;

/** The card as one HTML file: no script, no network, light and dark, to print. */
export function renderCardHtml({ title, lead, sections }: Card): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${cardStyle}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(lead)}</p>
<nav aria-label="Contents"><ul>${sections.map(({ id, heading }) => `<li><a href="#${id}">${escapeHtml(heading)}</a></li>`).join("")}</ul></nav>
</header>
<main>
${sections.map(section).join("\n")}
</main>
</body>
</html>
`;
}

const section = ({ id, heading, blocks }: Section): string =>
  `<section id="${id}" aria-labelledby="${id}-title">\n<h2 id="${id}-title">${escapeHtml(heading)}</h2>\n${blocks.map(block).join("\n")}\n</section>`;

function block(one: Block): string {
  switch (one.type) {
    case "text":
      return `<p>${escapeHtml(one.text)}</p>`;
    case "warning":
      return `<p class="warning">${escapeHtml(one.text)}</p>`;
    case "list":
      return `<ul>${one.items.map((item) => `<li>${escapeHtml(item)}</li>`).join("")}</ul>`;
    case "facts":
      return `<dl>${one.rows.map(([term, text]) => `<div><dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd></div>`).join("")}</dl>`;
    case "code":
      return `<pre><code>${escapeHtml(one.text)}</code></pre>`;
    case "table":
      return table(one);
  }
}

/** Sentences in a table get more than a word's room. */
const LONG = 36;
/** Longer tables that a chart shows are a click away. */
const FOLDED = 12;

/** A wide table scrolls in its own box, which the keyboard reaches. */
function table(one: CardTable): string {
  const { caption, columns, rows, chart } = one;
  const scales = columns.map((column) => (column.bar ? scaleOf(one, column.kind) : undefined));
  const head = columns
    .map(
      ({ label, kind }) => `<th scope="col"${kind === "text" ? "" : ' class="n"'}>${escapeHtml(label)}</th>`,
    )
    .join("");
  const body = rows
    .map(
      (row) =>
        `<tr>${columns.map((column, index) => cell(column, row[index] ?? null, scales[index])).join("")}</tr>`,
    )
    .join("");
  const grid = `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
  if (chart === undefined || rows.length === 0) return `<h3>${escapeHtml(caption)}</h3>\n${grid}`;
  return `<h3>${escapeHtml(caption)}</h3>\n${chartSvg(one, chart)}\n${rows.length > FOLDED ? `<details><summary>Table of ${rows.length} rows</summary>${grid}</details>` : grid}`;
}

interface Scale {
  readonly least: number;
  readonly most: number;
}

/** From the least to the most, 0 included, so that bars to both sides, and those to be compared, have one scale. */
function scaleOf(one: CardTable, kind: CardColumn["kind"]): Scale {
  const values = one.columns
    .flatMap((column, index) => (column.bar && column.kind === kind ? columnOf(one, index) : []))
    .filter((value) => typeof value === "number");
  return { least: Math.min(0, ...values), most: Math.max(0, ...values) };
}

function cell(
  column: CardColumn,
  value: CardTable["rows"][number][number],
  scale: Scale | undefined,
): string {
  const text = escapeHtml(cellText(column.kind, value));
  if (column.kind === "text")
    return text.length > LONG ? `<td class="long">${text}</td>` : `<td>${text}</td>`;
  if (scale === undefined || typeof value !== "number") return `<td class="n">${text}</td>`;
  const span = scale.most - scale.least || 1;
  const at = (n: number) => Math.round(((n - scale.least) / span) * 1000) / 10;
  const from = Math.min(at(0), at(value));
  const width = Math.abs(at(value) - at(0));
  return `<td class="n bar">${text}<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="${value < 0 ? "below" : "above"}" x="${from}" y="0" width="${Math.round(width * 10) / 10}" height="8"/><path d="M${at(0)} 0V8"/></svg></td>`;
}
