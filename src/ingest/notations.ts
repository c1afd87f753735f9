import type { Reading } from "../schema/tables.ts";

/** How an engine reads a cell while it splits a file, which costs next to nothing. */
export interface Native {
  readonly type: "DOUBLE" | "DATE" | "BIGINT";
  readonly dateFormat?: string;
}

/**
 * One way a cell can be written down. Patterns are in the common subset of JavaScript and RE2, so that the same
 * one judges a preview here and the whole column in the database.
 */
export interface Notation {
  readonly name: string;
  /** Matches the whole trimmed cell. */
  readonly pattern: string;
  /** SQL for the value of a cell that matches. */
  readonly read: (x: string) => string;
  /** A csv reader's own type that reads these cells alike, with the format of its dates. */
  readonly native?: Native;
  /** A cell can match and have no value after all: 31 February. */
  readonly mayFail?: true;
  /** The cell names a day, so that a spreadsheet's re-reading can hide in it. */
  readonly isDay?: true;
  /** Read only where the whole column is written so: a single cell could mean something else. */
  readonly wholeColumnOnly?: true;
  /** SQL over the column: a further condition on the whole of it. */
  readonly onlyIf?: (x: string) => string;
}

const digitsOnly = (x: string) => `regexp_replace(${x}, '[^0-9.]', '', 'g')`;
const signed = (x: string, magnitude: string) =>
  `case when ${x} like '%-%' or ${x} like '(%' then -1 else 1 end * try_cast(${magnitude} as double)`;

const grouped = "(?:\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.\\d+)?";
const gap = "[ \\x{00a0}\\x{202f}]?";
const plainNumber: Notation = {
  name: "number",
  pattern: "[-+]?(?:\\d+(?:_\\d+)*\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?",
  read: (x) => `try_cast(${x} as double)`,
  native: { type: "DOUBLE" },
};
const dottedThousands: Notation = {
  name: "1.234 (dots between thousands)",
  pattern: "(?:[€$]\\s?)?[-+]?(?:0|[1-9]\\d{0,2}(?:\\.\\d{3})*)(?:\\s?[€$])?",
  read: (x) => signed(x, `regexp_replace(${x}, '[^0-9]', '', 'g')`),
  wholeColumnOnly: true,
  // money has no three decimals; a column without any dot is plain
  onlyIf: (x) => `count(*) filter (where ${x} like '%.%') > 0`,
};
const dollars: Notation = {
  name: "$1,234.56",
  pattern: `\\(?[-+]?${gap}(?:(?:US\\$|USD|\\$)${gap}[-+]?${grouped}|${grouped}${gap}(?:US\\$|USD|\\$))\\)?`,
  read: (x) => signed(x, digitsOnly(x)),
};
const commas: Notation = {
  name: "1,234.56",
  pattern: `(?:[-+]?${grouped}|\\(${grouped}\\))`,
  read: (x) => signed(x, digitsOnly(x)),
};
/** SQL: the cells that match. */
const cellsLike = (x: string, pattern: string) =>
  `count(*) filter (where regexp_full_match(${x}, '${pattern}'))`;
/** 59,696 is a number of thousands as it stands, whatever other cells look like. */
const threeAfterComma = "\\D*\\d{1,3},\\d{3}\\D*";
const decimalComma: Notation = {
  name: "1.234,56",
  pattern: "(?:[€$]\\s?)?[-+]?(?:\\d{1,3}(?:\\.\\d{3})+|\\d+)(?:,\\d+)?(?:\\s?[€$])?",
  read: (x) => signed(x, `replace(regexp_replace(${x}, '[^0-9,]', '', 'g'), ',', '.')`),
  wholeColumnOnly: true,
  // "$59,696" beside "$553" would fit as well: most commas must be decimal ones
  onlyIf: (x) => `count(*) filter (where ${x} like '%,%') > 2 * ${cellsLike(x, threeAfterComma)}`,
};
const spacedThousands: Notation = {
  name: "1 234.56",
  pattern: "[-+]?\\d{1,3}(?:[ '’\\x{00a0}\\x{202f}]\\d{3})*(?:[.,]\\d+)?",
  read: (x) => signed(x, `replace(regexp_replace(${x}, '[^0-9.,]', '', 'g'), ',', '.')`),
  wholeColumnOnly: true,
  onlyIf: (x) => `${cellsLike(x, threeAfterComma)} = 0`,
};

const day = "(?:0?[1-9]|[12]\\d|3[01])";
const monthNumber = "(?:0?[1-9]|1[0-2])";
const year = "(?:19|20)\\d{2}";
const sep = "[-/.]";
const time = "(?:[T ]\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?(?: ?[AaPp][Mm])?(?:Z|[-+]\\d{2}:?\\d{2})?)?";
const monthName =
  "(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";

const part = (x: string, pattern: string) =>
  `try_cast(nullif(regexp_extract(${x}, '${pattern}', 1), '') as integer)`;
const century = (yy: string) => `(case when ${yy} < 50 then 2000 else 1900 end + ${yy})`;
const named = (x: string) =>
  `((instr('janfebmaraprmayjunjulaugsepoctnovdec', lower(left(regexp_extract(${x}, '([A-Za-z]{3})', 1), 3))) + 2) // 3)`;
const month = (y: string, m: string) => `make_date(${y}, ${m}, 1)`;
const date = (y: string, m: string, d: string) =>
  `try_cast(${y} || '-' || lpad(cast(${m} as varchar), 2, '0') || '-' || lpad(cast(${d} as varchar), 2, '0') as date)`;

/** Midnight of a place east of Greenwich, as JavaScript prints it: the day there is the next one. */
const eveningBefore = "T(?:1[2-9]|2[0-3]):(?:00|30):00(?:\\.0+)?Z";
const isoDay: Notation = {
  name: "yyyy-mm-dd",
  pattern: `${year}${sep}${monthNumber}${sep}${day}${time}`,
  read: (x) =>
    `${date(part(x, "^(\\d{4})"), part(x, "^\\d{4}[-/.](\\d+)"), part(x, "^\\d{4}[-/.]\\d+[-/.](\\d+)"))}
      + case when ${x} like '%Z' and regexp_matches(${x}, '${eveningBefore}$') then 1 else 0 end`,
  native: { type: "DATE", dateFormat: "%Y-%m-%d" },
  isDay: true,
  mayFail: true,
};
const isoMonth: Notation = {
  name: "yyyy-mm",
  pattern: `${year}${sep}${monthNumber}`,
  read: (x) => month(`cast(left(${x}, 4) as integer)`, `cast(substr(${x}, 6) as integer)`),
};
const monthYear: Notation = {
  name: "mm/yyyy",
  pattern: `${monthNumber}${sep}${year}`,
  read: (x) => month(`cast(right(${x}, 4) as integer)`, `cast(left(${x}, length(${x}) - 5) as integer)`),
  native: { type: "DATE", dateFormat: "%m/%Y" },
};
const compactDay: Notation = {
  name: "yyyymmdd",
  pattern: `${year}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])`,
  read: (x) => date(part(x, "^(\\d{4})"), part(x, "^\\d{4}(\\d{2})"), part(x, "(\\d{2})$")),
  isDay: true,
  mayFail: true,
};
const compactMonth: Notation = {
  name: "yyyymm",
  pattern: `${year}(?:0[1-9]|1[0-2])`,
  read: (x) => month(`cast(left(${x}, 4) as integer)`, `cast(right(${x}, 2) as integer)`),
};
const serial: Notation = {
  name: "spreadsheet day number",
  pattern: "[1-7]\\d{4}(?:\\.\\d+)?",
  // of no more than five digits, since other cells are asked as well
  read: (x) => `cast(date '1899-12-30' + to_days(${part(x, "^(\\d{5})")}) as date)`,
  isDay: true,
  mayFail: true,
};
const shortMonthYear: Notation = {
  name: "mm/yy",
  pattern: `${monthNumber}[-/]\\d{2}`,
  read: (x) =>
    month(century(`cast(right(${x}, 2) as integer)`), `cast(left(${x}, length(${x}) - 3) as integer)`),
};
const usDay: Notation = {
  name: "m/d/yyyy",
  pattern: `${monthNumber}${sep}${day}${sep}${year}${time}`,
  read: (x) => date(part(x, "^\\d+[-/.]\\d+[-/.](\\d{4})"), part(x, "^(\\d+)"), part(x, "^\\d+[-/.](\\d+)")),
  isDay: true,
  mayFail: true,
};
const europeanDay: Notation = {
  name: "d/m/yyyy",
  pattern: `${day}${sep}${monthNumber}${sep}${year}${time}`,
  read: (x) => date(part(x, "^\\d+[-/.]\\d+[-/.](\\d{4})"), part(x, "^\\d+[-/.](\\d+)"), part(x, "^(\\d+)")),
  isDay: true,
  mayFail: true,
};
const usShortDay: Notation = {
  name: "m/d/yy",
  pattern: `${monthNumber}${sep}${day}${sep}\\d{2}`,
  read: (x) => date(century(part(x, "(\\d{2})$")), part(x, "^(\\d+)"), part(x, "^\\d+[-/.](\\d+)")),
  isDay: true,
  mayFail: true,
};
const europeanShortDay: Notation = {
  name: "d/m/yy",
  pattern: `${day}${sep}${monthNumber}${sep}\\d{2}`,
  read: (x) => date(century(part(x, "(\\d{2})$")), part(x, "^\\d+[-/.](\\d+)"), part(x, "^(\\d+)")),
  isDay: true,
  mayFail: true,
};
const namedMonth: Notation = {
  name: "Mmm-yy",
  pattern: `${monthName}[-/ .,']+\\d{2}`,
  read: (x) => month(century(`cast(right(${x}, 2) as integer)`), named(x)),
};
const namedMonthYear: Notation = {
  name: "Mmm-yyyy",
  pattern: `${monthName}[-/ .,']+${year}`,
  read: (x) => month(`cast(right(${x}, 4) as integer)`, named(x)),
};
const namedDay: Notation = {
  name: "d-Mmm-yyyy",
  pattern: `${day}[-/ .]+${monthName}[-/ .,]+${year}${time}`,
  read: (x) => date(part(x, "(\\d{4})"), named(x), part(x, "^(\\d+)")),
  isDay: true,
  mayFail: true,
};
const namedShortDay: Notation = {
  name: "d-Mmm-yy",
  pattern: `${day}[-/ .]+${monthName}[-/ .,]+\\d{2}`,
  read: (x) => date(century(part(x, "(\\d{2})$")), named(x), part(x, "^(\\d+)")),
  isDay: true,
  mayFail: true,
};
const usNamedDay: Notation = {
  name: "Mmm d, yyyy",
  pattern: `${monthName} ${day},? ${year}${time}`,
  read: (x) => date(part(x, "(\\d{4})"), named(x), part(x, "^[A-Za-z.]+ (\\d+)")),
  isDay: true,
  mayFail: true,
};
/** How a spreadsheet shows "Dec-22" after it has made 22 December of it. */
export const shownDay: Notation = {
  name: "yy-Mmm",
  pattern: `\\d{1,2}[-/ ]${monthName}`,
  read: (x) => month(century(part(x, "^(\\d+)")), named(x)),
};

const numbers = [plainNumber, dollars, commas, decimalComma, spacedThousands];
const months = [
  isoDay,
  isoMonth,
  monthYear,
  compactDay,
  compactMonth,
  serial,
  usDay,
  europeanDay,
  shortMonthYear,
  usShortDay,
  europeanShortDay,
  namedMonth,
  namedMonthYear,
  namedDay,
  namedShortDay,
  usNamedDay,
  shownDay,
];
const flag = (name: string, yes: string, no: string): Notation => ({
  name,
  pattern: `(?i:${yes}|${no})`,
  read: (x) => `lower(${x}) = '${yes}'`,
});
/** Pairs in which the same cell can mean two days: the whole column decides. */
export const dayMonthOrders: readonly (readonly [us: Notation, european: Notation])[] = [
  [usDay, europeanDay],
  [usShortDay, europeanShortDay],
];

/** Most specific first; a column takes the first notation that reads all of it. */
export const notations: Readonly<Record<Reading, readonly Notation[]>> = {
  integer: [dottedThousands, ...numbers],
  usd: [dottedThousands, ...numbers],
  number: numbers,
  month: months,
  flag: [
    flag("yes/no", "yes", "no"),
    flag("true/false", "true", "false"),
    flag("1/0", "1", "0"),
    flag("y/n", "y", "n"),
    flag("t/f", "t", "f"),
  ],
  id: [
    {
      name: "integer",
      pattern: "-?\\d{1,15}(?:\\.0+)?",
      read: (x) => `regexp_replace(${x}, '\\.0+$', '')`,
      native: { type: "BIGINT" },
    },
    {
      name: "1,234",
      pattern: "\\d{1,3}(?:,\\d{3})*(?:\\.0+)?",
      read: (x) => `regexp_replace(replace(${x}, ',', ''), '\\.0+$', '')`,
      wholeColumnOnly: true,
    },
    { name: "text", pattern: "[\\s\\S]+", read: (x) => x },
  ],
  text: [{ name: "text", pattern: "[\\s\\S]+", read: (x) => x }],
  category: [{ name: "category", pattern: "[\\s\\S]+", read: (x) => x }],
  card_number: [
    {
      name: "last four digits",
      pattern: "\\d+:\\d*",
      read: (x) => `nullif(split_part(${x}, ':', 2), '')`,
    },
  ],
};

/** Whether a cell of a preview is written so. */
export const isWritten = (notation: Notation, text: string): boolean =>
  expression(notation).test(text.trim());

const expressions = new Map<string, RegExp>();
function expression({ pattern }: Notation): RegExp {
  let found = expressions.get(pattern);
  if (found === undefined) {
    // RE2 spells code points \x{…}; JavaScript on Node 20 has no (?i:…), and needs it for the whole only
    const insensitive = pattern.includes("(?i:");
    const source = pattern.replaceAll("(?i:", "(?:").replaceAll(/\\x\{([0-9a-f]+)\}/g, "\\u{$1}");
    found = new RegExp(`^(?:${source})$`, insensitive ? "iu" : "u");
    expressions.set(pattern, found);
  }
  return found;
}
