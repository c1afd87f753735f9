import { type Block, type Card, type CardTable, cellText } from "./model-content.ts";

/** The card as Markdown that a repository shows; text from files stays text in it. */
export function renderCardMarkdown({ title, lead, sections }: Card): string {
  const parts = [
    `# ${escaped(title)}`,
    escapedLine(lead),
    ...sections.flatMap(({ heading, blocks }) => [`## ${escaped(heading)}`, ...blocks.map(block)]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function block(one: Block): string {
  switch (one.type) {
    case "text":
      return escapedLine(one.text);
    case "warning":
      return `> **Note:** ${escaped(one.text)}`;
    case "list":
      return one.items.map((item) => `- ${escapedLine(item)}`).join("\n");
    case "facts":
      return grid(
        ["", ""],
        [false, false],
        one.rows.map(([term, text]) => [`**${escaped(term)}**`, escaped(text)]),
      );
    case "code":
      return `\`\`\`\n${one.text}\n\`\`\``;
    case "table":
      return table(one);
  }
}

const table = ({ caption, columns, rows, chart }: CardTable): string =>
  [
    `### ${escaped(caption)}`,
    ...(chart === undefined ? [] : [escapedLine(chart.alt)]),
    grid(
      columns.map(({ label }) => escaped(label)),
      columns.map(({ kind }) => kind !== "text"),
      rows.map((row) => columns.map(({ kind }, index) => escaped(cellText(kind, row[index] ?? null)))),
    ),
  ].join("\n\n");

function grid(heads: readonly string[], right: readonly boolean[], rows: readonly (readonly string[])[]) {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(right.map((one) => (one ? "---:" : "---"))), ...rows.map(line)].join("\n");
}

/**
 * Text in which nothing is markup: no tag, link, image, emphasis, cell, heading or list, and no address that would be
 * made a link by itself.
 */
export const escaped = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*[\]<>|~^$]/g, "\\$&")
    // Within a word an underscore is one; elsewhere it may begin emphasis.
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/&(?=#?\w+;)/g, "\\&")
    .replace(/:(?=\/\/)/g, "\\:")
    .replace(/\b(www|mailto|xmpp)([.:])/gi, "$1\\$2")
    .replace(/@/g, "\\@");

/** The same where a line begins: no heading, list, rule or code by indentation. */
export const escapedLine = (text: string): string =>
  escaped(text)
    .replace(/^(?=#{1,6}(?: |$)|[+=-])/, "\\")
    .replace(/^(\d{1,9})(?=[.)](?: |$))/, "$1\\");
