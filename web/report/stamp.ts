/** Prints a line and the page number at the foot of every page, where the browser can. */
export function stampPages(text: string): () => void {
  const sheet = new CSSStyleSheet();
  const small = "font: 7.5pt sans-serif; color: #575d66;";
  sheet.replaceSync(
    `@page { @bottom-left { content: ${cssString(text)}; ${small} } @bottom-right { content: counter(page) " / " counter(pages); ${small} } }`,
  );
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
  };
}

const cssString = (text: string): string =>
  `"${text.replace(/[^\w .,:()-]/gu, (character) => `\\${character.codePointAt(0)?.toString(16)} `)}"`;
