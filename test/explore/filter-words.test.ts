import { expect, test } from "vitest";
import { filterWords } from "../../src/explore/filter-words.ts";
import { parseLook } from "../../src/explore/look.ts";

/** The words of the only filter of a query. */
function words(query: string): string {
  const [[id, filter] = []] = Object.entries(parseLook(new URLSearchParams(query)).filters);
  if (id === undefined || filter === undefined) throw new Error(`no filter: ${query}`);
  return filterWords(id as Parameters<typeof filterWords>[0], filter);
}

test.each([
  ["score=600..700", "600 to 699"],
  ["score=600..601", "600"],
  ["score=600..", "600 and more"],
  ["score=..600", "up to 599"],
  ["score=600..700.5", "600 to below 700.5"],
  ["score=", "not stated"],
  ["income=40000..60000", "$40,000 to below $60,000"],
  ["income=40000.255..", "$40,000.255 and more"],
  ["debt_to_income=0.355..0.36", "0.355 to below 0.36"],
  ["utilisation=..0.3", "below 0.3"],
  ["expiry=2020-03..2020-06", "Mar 2020 to May 2020"],
  ["expiry=2020-03..2020-04", "Mar 2020"],
  ["expiry=2019-11..2020-01", "Nov 2019 to Dec 2019"],
  ["expiry=2020-03..", "Mar 2020 and later"],
  ["expiry=..2020-01", "up to Dec 2019"],
  ["state=CA&state=TX&state=NY&state=", "CA, TX, NY, not stated"],
  ["employment=self_employed", "self employed"],
  [
    "product=Visa~credit&product=Amex~&product=~debit&product=",
    "Visa credit, Amex (type not stated), (brand not stated) debit, not stated",
  ],
  ["state=4111 1111 1111 1111", "…1111"],
])("%s is said as %s", (query, expected) => {
  expect(words(query)).toBe(expected);
});
