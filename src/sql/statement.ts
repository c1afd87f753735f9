import type { Dialect } from "./dialect.ts";

export type Value = string | number | boolean | null;

/** Text that an engine's dialect renders late: the one sanctioned hole in portable SQL. */
export interface Fragment {
  readonly render: (dialect: Dialect) => string;
}

export interface Statement {
  readonly parts: readonly string[];
  readonly holes: readonly (Fragment | Value)[];
}

/** Portable SQL. Interpolated values become literals, never identifiers; for identifiers use `identifier`. */
export function sql(parts: TemplateStringsArray, ...holes: (Fragment | Value)[]): Statement {
  return { parts: [...parts], holes };
}

/** SQL text as it is: for statements put together from our own constants. */
export const raw = (text: string): Statement => ({ parts: [text], holes: [] });

/**
 * The statement as text with every value as a literal, so that what a reader sees is what ran and can be run
 * again. Only numbers, text, booleans and null can be values; text is quoted.
 */
export function render({ parts, holes }: Statement, dialect: Dialect): string {
  return parts.reduce((text, part, i) => {
    const hole = holes[i - 1];
    return (
      text + (typeof hole === "object" && hole !== null ? hole.render(dialect) : literal(hole ?? null)) + part
    );
  });
}

/** A value as SQL: a quote in text is doubled, the only escape standard SQL has. */
export function literal(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`not a SQL number: ${value}`);
  return String(value);
}
