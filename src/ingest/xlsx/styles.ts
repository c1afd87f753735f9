import type { Container } from "./container.ts";
import { isBuiltInDate, isDateFormat } from "./number-format.ts";
import { readPart } from "./relations.ts";
import { attribute, children } from "./small-part.ts";

/** For each cell style, whether it shows a date or a time of day. */
export async function readDateStyles(container: Container, part: string | undefined): Promise<boolean[]> {
  if (part === undefined || !container.has(part)) return [];
  const root = await readPart(container, part, "styleSheet");
  const [formats] = children(root, "numFmts");
  const isDate = new Map<number, boolean>();
  for (const format of children(formats, "numFmt")) {
    isDate.set(Number(attribute(format, "numFmtId")), isDateFormat(attribute(format, "formatCode") ?? ""));
  }
  const [styles] = children(root, "cellXfs");
  return children(styles, "xf").map((style) => {
    const id = Number(attribute(style, "numFmtId") ?? 0);
    return isDate.get(id) ?? isBuiltInDate(id);
  });
}
