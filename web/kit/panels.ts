export interface Place {
  readonly column: number;
  /** Rows above it in its column. */
  readonly lines: number;
  /** Facet heads above it in its column, its own included. */
  readonly heads: number;
  /** The facet it opens; null where it continues one. */
  readonly facet: string | null;
}

/** Rows in columns of about equal length, facets kept whole. Without facets, or with few rows, one column. */
export function panelsOf(
  facets: readonly (string | null)[],
  most: number,
): { readonly columns: number; readonly rows: readonly Place[] } {
  const starts = facets.map((facet, i) => facet !== null && facet !== facets[i - 1]);
  const heads = starts.filter(Boolean).length;
  const columns = facets.length < 12 ? 1 : Math.max(1, Math.min(most, heads));
  const share = (facets.length + heads) / columns;
  let at = { column: 0, lines: 0, heads: 0 };
  const rows = facets.map((facet, i): Place => {
    const starting = starts[i] === true;
    if (starting) {
      let size = 1;
      while (facets[i + size] === facet && i + size < facets.length) size++;
      // a facet opens the next column where more of it would lie beyond this one's share than within
      const used = at.lines + at.heads;
      if (used > 0 && at.column < columns - 1 && used + (size + 1) / 2 > share)
        at = { column: at.column + 1, lines: 0, heads: 0 };
      at = { ...at, heads: at.heads + 1 };
    }
    const place = { ...at, facet: starting ? facet : null };
    at = { ...at, lines: at.lines + 1 };
    return place;
  });
  return { columns: at.column + 1, rows };
}
