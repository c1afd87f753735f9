import { isUtf8 } from "node:buffer";
import { PartError } from "./part-error.ts";
import { parsePlain } from "./plain-part.ts";

/** An element: attributes are strings, children lists, both without their namespace prefix. */
export interface XmlElement {
  readonly [name: string]: string | readonly (XmlElement | string)[] | undefined;
}

/** Parses a part that is small enough to be held whole, and gives its outermost element if that is `root`. */
export async function parsePart(bytes: Buffer, root: string): Promise<XmlElement> {
  if (bytes.includes(0) || !isUtf8(bytes)) throw new PartError("is not text in UTF-8");
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  if (text.includes("<!DOCTYPE")) throw new PartError("has a document type, which a workbook must not have");
  const [element] = children(parsePlain(text) ?? (await parseAny(text)), root);
  if (!element) throw new PartError(`has no element ${root}`);
  return element;
}

/** Whatever XML allows. */
export async function parseAny(text: string): Promise<XmlElement> {
  const { XMLParser } = await import("fast-xml-parser");
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    removeNSPrefix: true,
    parseTagValue: false,
    trimValues: false,
    // Without this, &#233; would stay as it is.
    htmlEntities: true,
    isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
  });
  try {
    return parser.parse(text, true);
  } catch (error) {
    throw new PartError("is not well-formed XML", undefined, error);
  }
}

/** The elements of that name inside. An element without attributes and children counts. */
export function children(element: XmlElement | undefined, name: string): XmlElement[] {
  const found = element?.[name];
  return Array.isArray(found)
    ? found.map((child: XmlElement | string) => (typeof child === "string" ? {} : child))
    : [];
}

export function attribute(element: XmlElement | undefined, name: string): string | undefined {
  const found = element?.[name];
  return typeof found === "string" ? found : undefined;
}
