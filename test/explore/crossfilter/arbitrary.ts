import fc from "fast-check";
import type { CrossfilterCounts, RangeCounts } from "../../../src/explore/crossfilter/counts.ts";
import { monthNumber, monthText } from "../../../src/explore/crossfilter/extent.ts";
import type { Move } from "../../../src/explore/crossfilter/tally.ts";
import { type DimensionId, dimensionIds } from "../../../src/explore/dimensions.ts";
import type { Filter, Filters } from "../../../src/explore/look.ts";
import { card, type Portfolio, user } from "../../analyses/portfolio.ts";
import type { Sought } from "./counted.ts";

const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { freq: 5, nil: null });

/** Few customers and months, so that cards meet; owners beyond them; names that need escapes. */
export const portfolios: fc.Arbitrary<Portfolio> = fc.nat(8).chain((customers) =>
  fc.record({
    users: fc.tuple(
      ...Array.from({ length: customers }, (_, i) =>
        fc
          .record({
            credit_score: orNull(fc.integer({ min: 300, max: 850 })),
            age: orNull(fc.integer({ min: 18, max: 101 })),
            annual_income_usd: orNull(fc.oneof(fc.constant(100), fc.integer({ min: 0, max: 400_000 }))),
            total_debt_usd: orNull(fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 400_000 }))),
            state: orNull(fc.constantFrom("CA", "TX", "O'Neil", "a~b")),
            employment_status: orNull(fc.constantFrom("employed", "retired", "student")),
          })
          .map((known) => user(i + 1, known)),
      ),
    ),
    cards: fc
      .array(
        fc.record({
          user_id: fc.integer({ min: 1, max: customers + 2 }),
          brand: orNull(fc.constantFrom("Visa", "50%~x")),
          type: orNull(fc.constantFrom("credit", "debit")),
          expires_on: orNull(
            fc.integer({ min: 24_235, max: 24_247 }).map((month) => `${monthText(month)}-01`),
          ),
          balance_usd: orNull(fc.integer({ min: 0, max: 120 })),
          credit_limit_usd: orNull(fc.constantFrom(100, 200)),
        }),
        { maxLength: 40, size: "max" },
      )
      .map((made) => made.map(({ user_id, ...known }, i) => card(i + 1, user_id, known))),
  }),
);

const filterOf = (shape: CrossfilterCounts["dimensions"][number]): fc.Arbitrary<Filter> => {
  const missing = fc.constant<Filter>({ values: [null] });
  if (shape.shape === "category")
    return fc
      .uniqueArray(fc.constantFrom(null, "not there", ...shape.names), { maxLength: 4 })
      .map((values) => ({ values }));
  const bounds = fc
    .uniqueArray(boundOf(shape), { minLength: 2, maxLength: 2 })
    .map(([a = 0, b = 0]) => (a < b ? [a, b] : [b, a]));
  const range = fc
    .tuple(bounds, fc.boolean(), fc.boolean())
    .map(([[low = 0, high = 0], noLow, noHigh]) => ({ low: noLow ? null : low, high: noHigh ? null : high }));
  return fc.oneof({ weight: 6, arbitrary: range }, { weight: 1, arbitrary: missing });
};

/** At an edge, between edges, or beyond all of them. */
function boundOf({ edges, kind, step }: RangeCounts): fc.Arbitrary<number | string> {
  const at = fc.constantFrom(...edges);
  if (kind === "month")
    return fc
      .tuple(at, fc.integer({ min: -20, max: 20 }))
      .map(([edge, by]) => monthText(monthNumber(String(edge)) + by));
  return fc.tuple(at, fc.constantFrom(0, 0, 0.3, -60.5)).map(([edge, by]) => Number(edge) + by * step);
}

export function sought(shape: CrossfilterCounts): fc.Arbitrary<Sought> {
  const filters = fc
    .subarray([...dimensionIds], { maxLength: 4 })
    .chain((ids) =>
      fc.tuple(
        ...shape.dimensions
          .filter(({ id }) => ids.includes(id))
          .map((dimension) => filterOf(dimension).map((filter) => [dimension.id, filter] as const)),
      ),
    )
    .map((entries): Filters => Object.fromEntries(entries));
  return fc.record({ grain: fc.constantFrom("customers", "cards"), filters });
}

/** A dimension to brush, how the brush moves, and where it comes by. */
export interface Brush {
  readonly active: DimensionId;
  readonly move: Move;
  readonly at: readonly (readonly [number, number])[];
}

export function brushes(shape: CrossfilterCounts): fc.Arbitrary<Brush> {
  const ranges = shape.dimensions.filter(
    (dimension) => dimension.shape === "range" && dimension.because === undefined,
  ) as readonly RangeCounts[];
  // the brush over cards is the one of which the counts do not add up
  const half = fc.constantFrom(...ranges.filter(({ owner }) => owner === "card"));
  return fc.oneof(half, fc.constantFrom(...ranges)).chain(({ id, edges }) => {
    const bins = edges.length - 1;
    const bound = fc.integer({ min: 0, max: bins });
    const anchored = fc
      .tuple(bound, fc.array(bound, { minLength: 1, maxLength: 3 }))
      .map(([anchor, others]) => ({
        active: id,
        move: { anchor },
        at: others
          .filter((other) => other !== anchor)
          .map((other) => [Math.min(anchor, other), Math.max(anchor, other)] as const),
      }));
    const window = fc.integer({ min: 1, max: bins }).chain((width) =>
      fc.array(fc.integer({ min: 0, max: bins - width }), { minLength: 1, maxLength: 3 }).map((lows) => ({
        active: id,
        move: { width },
        at: lows.map((low) => [low, low + width] as const),
      })),
    );
    return fc.oneof(anchored, window);
  });
}
