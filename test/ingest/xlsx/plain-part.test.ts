import { describe, expect, test } from "vitest";
import { parsePlain } from "../../../src/ingest/xlsx/plain-part.ts";
import { attribute, children, parseAny, type XmlElement } from "../../../src/ingest/xlsx/small-part.ts";

const plain = [
  `<?xml version="1.0" encoding="UTF-8"?>\r\n<a/>`,
  `<s:sst xmlns:s="u" xmlns="v" s:b='1' c="2"/>`,
  `<a><b n="&quot;$&quot;#,##0;&amp;quot;"/>\n <b n=''>text</b><c><b n="2"></b ></c></a>\n`,
  `<workbook xmlns:r="u"><sheets><sheet name="a b" r:id="rId1"/><sheet name="é'&apos;" r:id="rId2"/></sheets></workbook>`,
];

const more = [
  `<a><!-- b --></a>`,
  `<a><![CDATA[<b/>]]></a>`,
  `<a><?b c?></a>`,
  `<a b="&#233;"/>`,
  `<a>&amp;</a>`,
  `<a b="1\n2"/>`,
  `<a b="1"><b/></a>`,
  `<a/>text`,
  `<a><constructor/></a>`,
  `<a valueOf="1"/>`,
];

const broken = [
  ``,
  `text`,
  `<a>`,
  `<a></b>`,
  `<a/><b/>`,
  `<a b="1" b="2"/>`,
  `<a b=1/>`,
  `<a b="<"/>`,
  `<a b="&"/>`,
  `<a></a b="1">`,
  `<a><b></a></b>`,
];

/** Attributes and elements; of text nothing is read. */
const shape = (element: XmlElement): unknown =>
  Object.fromEntries(
    Object.keys(element)
      .filter((name) => name !== "#text" && name !== "?xml")
      .map((name) => [name, attribute(element, name) ?? children(element, name).map(shape)]),
  );

describe("parts of a workbook", () => {
  test.each(plain)("are read alike where they are plain: %s", async (text) => {
    const read = parsePlain(text);
    expect(read).toBeDefined();
    expect(shape(read ?? {})).toEqual(shape(await parseAny(text)));
  });

  test.each([...more, ...broken])("are left to the parser where they are not: %s", (text) => {
    expect(parsePlain(text)).toBeUndefined();
  });
});
