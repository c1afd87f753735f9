import type { DuckDBEngine } from "../engines/duckdb.ts";
import type { OnDone } from "../progress.ts";
import type { LeftOut } from "../risk/borrowers.ts";
import { type Known, knownRows, labelledOf, silent } from "../risk/labelled.ts";
import { raw } from "../sql/statement.ts";
import { borrowersOf, candidatesOf } from "./borrowers.ts";
import type { View } from "./build.ts";
import { SAMPLED, sampleCustomers, sampleSize } from "./training-sample.ts";

/** Any will do; the same one makes the same model. */
export const SEED = 1;

/** The customers to learn from while somebody waits. */
export interface Learnable extends Known {
  /** With an outcome, of whom these may be a sample. */
  readonly all: number;
}

/** Reads all customers with an outcome or, of many, a sample of them. What is left out is what tells nothing of all. */
export async function learnable(
  engine: DuckDBEngine,
  view: Omit<View, "narrow">,
  {
    signal,
    onDone,
    ...limits
  }: {
    readonly signal?: AbortSignal | undefined;
    readonly onDone?: OnDone;
    readonly most?: number;
    readonly wanted?: number;
  } = {},
): Promise<Learnable> {
  const { rows, known, defaults } = await countsOf(engine);
  const size = sampleSize(known, defaults, limits);
  const isSampled =
    known > size &&
    (await sampleCustomers(engine, "defaulted is not null", {
      size,
      seed: SEED,
      signal,
      onKeys: (keys) => onDone?.(keys / known),
    }));
  if (!isSampled) {
    const borrowers = await borrowersOf(engine, view);
    const all = labelledOf(borrowers, borrowers.outcome ?? []);
    return { ...all, leftOut: [...borrowers.leftOut, ...all.leftOut], all: all.labelled.rows };
  }
  const borrowers = await borrowersOf(engine, view, { among: SAMPLED });
  const sample = knownRows(borrowers, borrowers.outcome ?? []);
  const left = await silentOnes(
    engine,
    candidatesOf(view.inputs).map(({ name }) => name),
  );
  const names = new Set(left.map(({ column }) => column));
  return {
    labelled: { ...sample, inputs: sample.inputs.filter(({ name }) => !names.has(name)) },
    unknown: rows - known,
    leftOut: [...borrowers.leftOut, ...left],
    all: known,
  };
}

async function countsOf(engine: DuckDBEngine): Promise<{ rows: number; known: number; defaults: number }> {
  const { rows } = await engine.query(
    raw(`select count(*) as n, count(defaulted) as known, count(*) filter (where defaulted) as defaults
from customer_profile`),
  );
  const count = (name: string) => Number(rows[0]?.[name]);
  return { rows: count("n"), known: count("known"), defaults: count("defaults") };
}

/** Columns that say nothing about the customers with an outcome, as `labelledOf` finds them. */
async function silentOnes(engine: DuckDBEngine, names: readonly string[]): Promise<LeftOut[]> {
  const figures = names.flatMap((name, i) => {
    const value = `cast(${name} as double)`;
    const isKnown = `${name} is not null and not isnan(${value})`;
    return [
      `count(*) filter (where ${isKnown}) as known_${i}`,
      `min(${value}) filter (where ${isKnown}) < max(${value}) filter (where ${isKnown}) as varies_${i}`,
    ];
  });
  const { rows } = await engine.query(
    raw(`select count(*) as n, ${figures.join(", ")} from customer_profile where defaulted is not null`),
  );
  const [row = {}] = rows;
  return names.flatMap((name, i) => {
    const known = Number(row[`known_${i}`]);
    if (known === 0) return [silent(name, "empty")];
    return known === Number(row["n"]) && row[`varies_${i}`] !== true ? [silent(name, "constant")] : [];
  });
}
