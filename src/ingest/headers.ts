/**
 * "users_data.Main ID " -> "main_id": a byte-order mark, a Power Query prefix, case, spaces, punctuation and a
 * trailing unit all go.
 */
export function normalise(header: string): string {
  const words = header
    .replace(/^\uFEFF/, "")
    .trim()
    .replace(/^[^.]*(?:users?|cards?|customers?|clients?)[^.]*\./i, "")
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
  return words.replace(/_(?:in_)?(?:usd|us|dollars?)$/, "");
}

/** Headers of what is thrown away at the door. */
export const discarded = new Set([
  "cvv",
  "cvc",
  "cvv2",
  "cvc2",
  "cid",
  "security_code",
  "address",
  "street",
  "street_address",
  "apartment",
  "person",
  "name",
  "first_name",
  "last_name",
  "full_name",
  "email",
  "phone",
  "zipcode",
  "zip",
  "postcode",
]);
