const apart = "[ .\\x{00a0}\\x{2009}\\x{202f}-]{0,2}";
/** 13 to 19 digits with little between them; the last four are kept. In the common subset of JavaScript and RE2. */
const cardNumber = `\\p{Nd}(?:${apart}\\p{Nd}){8,14}${apart}(\\p{Nd}(?:${apart}\\p{Nd}){3})`;
const everywhere = new RegExp(cardNumber.replaceAll(/\\x\{([0-9a-f]+)\}/g, "\\u{$1}"), "gu");

/** Replaces every card-shaped run of digits by a mask. */
export const maskCardNumbers = (text: string): string => text.replaceAll(everywhere, "…$1");

/** The same in SQL. */
export const maskCardNumbersSql = (x: string): string => `regexp_replace(${x}, '${cardNumber}', '…\\1', 'g')`;
