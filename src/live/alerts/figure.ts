import type { AnyAnalysis } from "../../analyses/analysis.ts";
import { analyses } from "../../analyses/index.ts";
import { jsonSelect } from "../../analyses/run.ts";
import type { ResultRow, Scalar } from "../../engines/engine.ts";
import type { Explorer } from "../../explore/explorer.ts";
import type { Results } from "../../explore/results.ts";
import { literal, raw } from "../../sql/statement.ts";
import { lookOf, ROWS, type Rule, rowOf } from "./rule.ts";

/** What a rule's figure is now, or why there is none. */
export type Reading = { readonly value: number } | { readonly because: string };

/** Reads the figure of a rule; what pages have computed already is not computed again. */
export async function readFigure(
  rule: Rule,
  { explorer, results }: { readonly explorer: Explorer; readonly results: Results },
  signal?: AbortSignal,
): Promise<Reading> {
  const look = lookOf(rule);
  const { results: found, notComputable } = await results.at(look, [rule.analysis], signal);
  const [result] = found;
  if (result === undefined) return { because: notComputable[0]?.because ?? "not computable" };
  const chosen = rowOf(rule);
  if (rule.column === ROWS && chosen.length === 0) return { value: result.total };
  const analysis = analyses[rule.analysis] as AnyAnalysis;
  // of a list only the first rows are in memory
  if (analysis.list)
    return explorer.at(
      look,
      async ({ engine, view }) => {
        const { rows } = await engine.query(
          raw(`select count(*) as n from (${jsonSelect(analysis, engine, view)}) listed
            where ${chosen.map(([name, value]) => `${name} is not distinct from ${literal(value)}`).join(" and ")}`),
        );
        return { value: Number(rows[0]?.["n"]) };
      },
      signal,
    );
  const rows = (result.rows as unknown as readonly ResultRow[]).filter((row) =>
    chosen.every(([name, value]) => (row[name] ?? null) === value),
  );
  if (rule.column === ROWS) return { value: rows.length };
  const [row] = rows;
  if (row === undefined || rows.length > 1)
    return { because: `${rows.length === 0 ? "no row has" : `${rows.length} rows have`} ${words(chosen)}` };
  const value = row[rule.column];
  return typeof value === "number" ? { value } : { because: `${rule.column} is missing` };
}

const words = (chosen: readonly (readonly [string, Scalar])[]): string =>
  chosen.length === 0 ? "it" : chosen.map(([name, value]) => `${name} ${value ?? "missing"}`).join(", ");
