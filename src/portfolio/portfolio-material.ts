import { closest } from "fastest-levenshtein";
import { CardscopeError, usage } from "../errors.ts";
import { spread } from "../ingest/borrower-headers.ts";
import { normalise } from "../ingest/headers.ts";
import { candidates, inputLabels, type PortfolioBorrowers } from "../models/borrowers.ts";
import type { LeftOut } from "../risk/borrowers.ts";
import { derivations } from "../schema/inputs.ts";
import type { Source } from "../schema/issues.ts";
import type { Material } from "./learning.ts";

/** What the outcome of a portfolio's file is, where it was decoded apart from the canonical table. */
export type Outcome = Material["outcome"];

/** The customers of a portfolio as they are learnt from. Throws where no outcome is known. */
export function materialOf(
  read: PortfolioBorrowers,
  sources: readonly Source[],
  options: { readonly exclude?: readonly string[]; readonly outcome?: Outcome | undefined },
): Material {
  const outcome = options.outcome ?? stated(read, sources);
  const excluded = excludedBy(options.exclude ?? [], sources);
  const leftOut = read.inputs.flatMap(({ name }): LeftOut[] =>
    excluded.has(name) ? [{ column: name, reason: "excluded", because: "left out as asked" }] : [],
  );
  return {
    source: "portfolio",
    borrowers: { ...read, inputs: read.inputs.filter(({ name }) => !excluded.has(name)) },
    outcome,
    leftOut: [...read.leftOut, ...leftOut],
    labels: inputLabels,
    notes: [],
    sql: { from: "customer_profile", key: "user_id" },
  };
}

function stated({ outcome }: PortfolioBorrowers, sources: readonly Source[]): Outcome {
  if (outcome === undefined)
    throw new CardscopeError(
      "NOT_COMPUTABLE",
      "no outcome: the customers file has no column that says who defaulted",
      {
        hint: "name it with --outcome; without one, the expert card ranks (cardscope analyze --only default-watchlist)",
      },
    );
  const header = sources
    .find(({ table }) => table === "users")
    ?.columns.find(({ column }) => column === "defaulted")?.header;
  return { column: header ?? "defaulted", event: ["true"], other: ["false"], values: outcome };
}

/** Inputs that a caller leaves out: by their own name, or by the header or column that they are made of. */
function excludedBy(names: readonly string[], sources: readonly Source[]): ReadonlySet<string> {
  const columns = sources.flatMap(({ table, columns: bound }) =>
    bound.map(({ column, header }) => ({ source: `${table}.${column}`, names: [column, header] })),
  );
  const matches = (name: string): string[] | undefined => {
    const key = normalise(name);
    const own = candidates.filter(
      (candidate) => normalise(candidate.name) === key || candidate.label === name,
    );
    if (own.length > 0) return own.map((candidate) => candidate.name);
    const fed = columns.filter((column) => column.names.some((known) => normalise(known) === key));
    if (fed.length === 0) return undefined;
    return candidates
      .filter(({ needs }) => needs.some((need) => fed.some(({ source }) => isMadeOf(need, source))))
      .map((candidate) => candidate.name);
  };
  return new Set(
    spread(names, (name) => matches(name) !== undefined).flatMap((name) => {
      const found = matches(name);
      if (found !== undefined) return found;
      const known = [
        ...candidates.map((candidate) => candidate.name),
        ...columns.flatMap((column) => column.names),
      ];
      throw usage(
        `no column ${JSON.stringify(name)} for --exclude`,
        `did you mean ${JSON.stringify(closest(name, known))}?`,
      );
    }),
  );
}

const isMadeOf = (need: string, source: string): boolean =>
  need === source ||
  (need in derivations &&
    derivations[need as keyof typeof derivations].some((way) => (way as readonly string[]).includes(source)));
