import type { DuckDBEngine } from "../engines/duckdb.ts";
import { stateCode } from "../places/states.ts";
import { maskCardNumbers, maskCardNumbersSql } from "../schema/mask.ts";
import type { Field } from "../schema/tables.ts";
import { literal, raw } from "../sql/statement.ts";
import type { Inferred, RawColumn } from "./inferred.ts";
import { isError, isErrorText, isMissingText, isMissingToken } from "./missing.ts";
import { textOf } from "./raw-table.ts";

/** So many words fit the smallest kind of enum, of a byte per cell. */
const MOST_IN_ENUM = 255;

/** Beyond this a column is free text, and its cells are judged in the database. */
const MOST_WORDS = 10_000;

/**
 * A column of words. It has few distinct ones, so that each is judged once: known spellings get their canonical
 * word, card-shaped digits are masked, and words for missing and errors are none.
 */
export async function inferWords(
  engine: DuckDBEngine,
  table: string,
  column: RawColumn,
  plain: string,
): Promise<Inferred> {
  // blanks are cut from the few different cells, not from each
  const name = column.column;
  const spelled = `(select ${name}, count(*) as n from ${table} group by ${name}) spelled`;
  const { rows } = await engine.query(
    raw(`select cell, cast(sum(n) as bigint) as n, bool_and(is_trimmed) as is_trimmed
      from (select ${plain} as cell, n, coalesce(${plain}, '') = coalesce(${textOf(name, column.type)}, '') as is_trimmed
        from ${spelled}) cells
      group by cell order by cell nulls last limit ${MOST_WORDS + 1}`),
  );
  const base = {
    ...column,
    notation: column.field.reading,
    isOwn: undefined,
    readsAll: true,
    isAmbiguousOrder: false,
    retypedIn: undefined,
  };
  const isTrimmed = column.type === "VARCHAR" && rows.every((row) => row["is_trimmed"] === true);
  const cell = isTrimmed ? `nullif(${name}, '')` : plain;
  if (rows.length > MOST_WORDS) return { ...base, ...(await judgeText(engine, table, plain)) };
  const words = rows.flatMap(({ cell: word, n }) =>
    word === null ? [] : [{ cell: String(word), n: Number(n) }],
  );
  const count = (which: readonly { n: number }[]) => which.reduce((sum, { n }) => sum + n, 0);
  const tokens = words.filter(({ cell }) => isMissingText(cell));
  const errors = words.filter(({ cell }) => isErrorText(cell));
  const filled = words.filter((word) => !tokens.includes(word) && !errors.includes(word));
  const meanings = filled.map(({ cell, n }) => ({ cell, n, word: wordOf(column, cell) }));
  const changed = meanings.filter(({ cell, word }) => word !== cell);
  const gone = [...tokens, ...errors];
  const text = gone.length === 0 ? cell : `case when ${cell} not in (${list(gone)}) then ${cell} end`;
  const branches = changed.map(({ cell, word }) => `when ${literal(cell)} then ${literal(word)}`);
  return {
    ...base,
    text,
    value: branches.length === 0 ? text : `case ${text} ${branches.join(" ")} else ${text} end`,
    filled: count(filled),
    tokens: count(tokens),
    errors: count(errors),
    unknown: count(meanings.filter(({ word }) => word === null)),
    ...wordsOf(column, meanings),
  };
}

/** In the order of the engine's texts, so that a column sorts alike either way. States are filled in later. */
function wordsOf(
  { column }: RawColumn,
  meanings: readonly { word: string | null }[],
): Pick<Inferred, "words"> {
  const words = new Set(meanings.flatMap(({ word }) => word ?? []));
  if (column === "state" || words.size === 0 || words.size > MOST_IN_ENUM) return {};
  return { words: [...words].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))) };
}

/** The word that the canonical table holds; null for a word outside of a closed category. */
function wordOf({ column, field }: RawColumn, cell: string): string | null {
  const known = column === "state" ? stateCode(cell) : canonical(field, cell);
  if (known !== null) return known;
  return field.categories !== undefined && !field.open ? null : maskCardNumbers(cell);
}

/** The canonical word of a spelling; null where it is none. */
export function canonical(field: Field, text: string): string | null {
  const plain = text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
  for (const [word, spellings] of Object.entries(field.categories ?? {}))
    if (spellings.includes(plain)) return word;
  return null;
}

async function judgeText(engine: DuckDBEngine, table: string, plain: string) {
  const { rows } = await engine.query(
    raw(`select count(cell) as cells, count(*) filter (where ${isMissingToken("cell")}) as tokens,
        count(*) filter (where ${isError("cell")}) as errors
      from (select ${plain} as cell from ${table}) cells`),
  );
  const [cells, tokens, errors] = ["cells", "tokens", "errors"].map((name) => Number(rows[0]?.[name])) as [
    number,
    number,
    number,
  ];
  const text = `case when not ${isMissingToken(plain)} and not ${isError(plain)} then ${plain} end`;
  return { text, value: maskCardNumbersSql(text), filled: cells - tokens - errors, tokens, errors };
}

const list = (words: readonly { cell: string }[]) => words.map(({ cell }) => literal(cell)).join(", ");
