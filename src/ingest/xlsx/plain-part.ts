import type { XmlElement } from "./small-part.ts";

/** Names, and values in either quotes; the marks of a tag as spreadsheets write them. */
const NAME = "[A-Za-z_][\\w.-]*(?::[A-Za-z_][\\w.-]*)?";
const VALUE = `(?:"[^"<\\s]*(?: [^"<\\s]*)*"|'[^'<\\s]*(?: [^'<\\s]*)*')`;
const tag = new RegExp(`([^<&]*)<(/?)(${NAME})((?:\\s+${NAME}=${VALUE})*)\\s*(/?)>`, "y");
const attributes = new RegExp(`(${NAME})=(${VALUE})`, "g");
const declaration = /^\s*<\?xml [^<>]*\?>/;
const references: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

interface Open {
  readonly name: string;
  readonly element: Record<string, string | XmlElement[]>;
}

/**
 * The elements and attributes of XML in which nothing is but tags and text between them, as the parts of most workbooks
 * are: a parser for all of XML takes twenty times as long, most of it to get going. Undefined where the text is anything
 * more, or is not well-formed, and that parser is to judge.
 */
export function parsePlain(text: string): XmlElement | undefined {
  const document: Open = { name: "", element: {} };
  const open = [document];
  tag.lastIndex = declaration.exec(text)?.[0].length ?? 0;
  let end = tag.lastIndex;
  for (let found = tag.exec(text); found !== null; found = tag.exec(text)) {
    end = tag.lastIndex;
    const [, before = "", closing, name = "", inside = "", empty] = found;
    const parent = open.at(-1) ?? document;
    if (closing) {
      if (parent.name !== name || inside !== "" || empty) return undefined;
      open.pop();
      continue;
    }
    if (parent === document && (before.trim() !== "" || rootOf(document) !== undefined)) return undefined;
    const element = readAttributes(inside);
    const own = localName(name);
    const siblings = own in {} ? undefined : (parent.element[own] ?? []);
    if (element === undefined || !Array.isArray(siblings)) return undefined;
    siblings.push(element);
    parent.element[own] = siblings;
    if (!empty) open.push({ name, element });
  }
  const isWhole = open.length === 1 && rootOf(document) !== undefined && text.slice(end).trim() === "";
  return isWhole ? document.element : undefined;
}

const rootOf = ({ element }: Open): string | undefined => Object.keys(element)[0];

function readAttributes(text: string): Open["element"] | undefined {
  const element: Open["element"] = {};
  for (const [, name = "", quoted = ""] of text.matchAll(attributes)) {
    if (name === "xmlns" || name.startsWith("xmlns:")) continue;
    let isPlain = !(localName(name) in element);
    element[localName(name)] = quoted.slice(1, -1).replaceAll(/&([^;]*;?)/g, (_, reference: string) => {
      const character = reference.endsWith(";") ? references[reference.slice(0, -1)] : undefined;
      isPlain &&= character !== undefined;
      return character ?? "";
    });
    if (!isPlain) return undefined;
  }
  return element;
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);
