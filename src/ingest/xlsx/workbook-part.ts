import { refused } from "../../errors.ts";
import type { Container } from "./container.ts";
import { readRelations } from "./relations.ts";

const usual = "xl/workbook.xml";
const saveAsXlsx = "open it in a spreadsheet program and save it as .xlsx";

/** What else a zip file can be, by a part that such files have. */
const others: readonly (readonly [part: string, what: string, hint: string])[] = [
  ["xl/workbook.bin", "a binary workbook (.xlsb)", saveAsXlsx],
  ["word/document.xml", "a text document (.docx)", "give the workbook that holds the table"],
  ["ppt/presentation.xml", "a presentation (.pptx)", "give the workbook that holds the table"],
  ["content.xml", "an OpenDocument file (.ods)", saveAsXlsx],
  ["Index/Document.iwa", "a Numbers document", "export it from Numbers as .xlsx"],
];

/** The name of the part that lists the sheets, or a refusal that says what the file is instead. */
export async function findWorkbookPart(container: Container): Promise<string> {
  for (const [part, what, hint] of others) {
    if (container.has(part)) throw refused(`${container.file} is ${what}, not an .xlsx workbook`, hint);
  }
  const relations = await readRelations(container, "");
  const part = relations.find(({ type }) => type === "officeDocument")?.target ?? usual;
  if (container.has(part)) return part;
  throw refused(
    `${container.file} is a zip file without a workbook inside`,
    "unzip it, or give an .xlsx file",
  );
}
