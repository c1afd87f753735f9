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
