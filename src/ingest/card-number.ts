/**
 * Card numbers never get past the door: what is kept is "digits:last4", from which the last four digits are
 * taken once the whole column has shown whether a spreadsheet rounded it. Rounding leaves exponents, or turns
 * every digit after the fifteenth into 0.
 */
export function cutCardNumber(text: string): string {
  const digits = text.replaceAll(/[\s-]/g, "").replace(/\.0+$/, "");
  if (/^\d{4,19}$/.test(digits)) return `${digits.length}:${digits.slice(-4)}`;
  // masked by the source: "**** **** **** 1234"
  const masked = /^[*xX•#]+(\d{4})$/.exec(digits);
  return masked === null ? "0:" : `4:${masked[1]}`;
}

/** The same in SQL, over a text column. */
export function cutCardNumberSql(x: string): string {
  const digits = `regexp_replace(regexp_replace(${x}, '[\\s\\p{Z}-]', '', 'g'), '\\.0+$', '')`;
  return `case
    when ${x} is null or trim(${x}) = '' then null
    when regexp_full_match(${digits}, '\\d{4,19}') then length(${digits}) || ':' || right(${digits}, 4)
    when regexp_full_match(${digits}, '[*xX•#]+\\d{4}') then '4:' || right(${digits}, 4)
    else '0:' end`;
}
