import type { Report } from "./data.ts";

/** More than this does not fit beside a page number or under a picture. */
const LONGEST = 240;

/** What was looked at in one line; what is too long is in full at the head of the report. */
export function lookedAt({ part, filters, thresholds }: NonNullable<Report["stamp"]>): string {
  const text = [part, filters.join("; "), thresholds.join("; ")].filter((piece) => piece !== "").join(". ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (in full on the first page)` : text;
}

/** Prints a line and the page number at the foot of every page, where the browser can. */
export function stampPages(text: string): () => void {
  const sheet = new CSSStyleSheet();
  const small = "font: 7.5pt sans-serif; color: #575d66;";
  sheet.replaceSync(
    `@page { @bottom-left { content: ${cssString(text)}; ${small} } @bottom-right { content: counter(page) "\\a0/\\a0" counter(pages); ${small} } }`,
  );
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
  };
}

const cssString = (text: string): string =>
  `"${text.replace(/[^\w .,:()-]/gu, (character) => `\\${character.codePointAt(0)?.toString(16)} `)}"`;
