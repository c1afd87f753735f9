import type { DuckDBEngine } from "../engines/duckdb.ts";
import { stateCode } from "../places/states.ts";
import type { Field } from "../schema/tables.ts";
import { literal, raw } from "../sql/statement.ts";
import { maskCardNumbersSql } from "./card-number.ts";
import type { Inferred } from "./infer.ts";

/** SQL that gives each known spelling its canonical word; others stay as written where the field is open. */
export async function spell(
  engine: DuckDBEngine,
  rawName: string,
  { column, field, value }: Inferred,
): Promise<string> {
  const { rows } = await engine.query(
    raw(`select distinct ${value} as written from ${rawName} where ${value} is not null limit 100000`),
  );
  const meanings = rows.flatMap(({ written }) => {
    const word = column === "state" ? stateCode(String(written)) : canonical(field, String(written));
    return word === null || word === written ? [] : [[String(written), word] as const];
  });
  const isOpen = field.open === true || field.categories === undefined;
  const other = isOpen
    ? maskCardNumbersSql(value)
    : `case when ${value} in (${words(field)}) then ${value} end`;
  if (meanings.length === 0) return other;
  const branches = meanings.map(([written, word]) => `when ${literal(written)} then ${literal(word)}`);
  return `case ${value} ${branches.join(" ")} else ${other} end`;
}

const words = (field: Field) =>
  Object.keys(field.categories ?? {})
    .map(literal)
    .join(", ");

/** The canonical word of a spelling; null where it is none. */
export function canonical(field: Field, text: string): string | null {
  const plain = text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
  for (const [word, spellings] of Object.entries(field.categories ?? {}))
    if (spellings.includes(plain)) return word;
  return null;
}
