/** Literals, names in quotes, comments of a line, and words: what may hold a semicolon or a quote that ends nothing. */
const TOKEN =
  /(?<![\w$])e'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![\w$])\$([a-z_]\w*|)\$[\s\S]*?\$\1\$|--[^\n]*|[\w$]+|[\s\S]/giy;

/** A statement without the semicolon that ends it and what follows, so that it can stand in brackets. */
export function withoutEnd(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    const pair = text.slice(at, at + 2);
    // comments in brackets nest
    if (pair === "/*" || (depth > 0 && pair === "*/")) {
      depth += pair === "/*" ? 1 : -1;
      at += 2;
    } else if (depth > 0) at++;
    else if (text[at] === ";") return text.slice(0, at);
    else {
      TOKEN.lastIndex = at;
      at += TOKEN.exec(text)?.[0].length ?? 1;
    }
  }
  return text;
}
