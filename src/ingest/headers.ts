/** A header as it is shown, and as a map may write it. */
export const plainHeader = (header: string): string => header.replace(/^\uFEFF/, "").trim();

/**
 * "users_data.Main ID " -> "main_id": a byte-order mark, a Power Query prefix, case, spaces, punctuation and a
 * trailing unit all go.
 */
export function normalise(header: string): string {
  const words = plainHeader(header)
    .replace(/^[^.]*(?:users?|cards?|customers?|clients?)[^.]*\./i, "")
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
  return words.replace(/_(?:in_)?(?:usd|us|dollars?)$/, "");
}
