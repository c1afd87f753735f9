import type { Result } from "../analyses/run.ts";
import type { ResultRow } from "../engines/engine.ts";
import { usage } from "../errors.ts";
import { format, threshold } from "../schema/format.ts";
import type { Findings, SharedResult } from "./document.ts";
import { type Link, linksOf, type Part } from "./share-links.ts";
import { determined } from "./share-solve.ts";
import { SharedTable, SMALLEST } from "./share-table.ts";

/**
 * The findings as they may leave the house, by one rule:
 *
 * 1. Rows of customers and cards, and the cells that issues were found in, are left out.
 * 2. A count of 1 to 9 customers is not shown, nor one of 1 to 9 cards, since few cards are of few customers.
 *    Neither are counts of all but 1 to 9. What was computed from those customers goes with them.
 * 3. Nor is anything that would give these away: by subtraction within rows or columns that sum to a whole,
 *    also several at once, by a share, or by the same count in another analysis. The next smallest count goes.
 * 4. Minima, maxima, and quantiles with fewer than 10 customers beyond them are single customers' values.
 * 5. A sentence stays when every number in it is still to be seen.
 *
 * docs/guides/sharing.md says what this does not protect from.
 */
export function share(findings: Findings): Findings {
  const customers = findings.sources.find(({ table }) => table === "users")?.rows;
  if (customers !== undefined && customers < SMALLEST)
    throw usage(
      `cannot share the figures of ${customers} customers: the smallest group shown is ${SMALLEST}`,
      "Leave --share out, and keep the results to yourself.",
    );
  const kept = findings.results.filter(({ analysis }) => isShared(analysis));
  const tables = new Map(
    kept.map((result) => [
      result.analysis.id,
      new SharedTable(result.analysis, result.rows as unknown as readonly ResultRow[]),
    ]),
  );
  const wholes = kept.flatMap(wholesOf);
  for (const table of tables.values()) table.suppress(wholes);
  const links = linksOf({ tables, asOf: findings.asOf, params: paramsOf(kept) });
  for (let changed = true; changed; ) {
    changed = false;
    const hidden = new Set([...tables.values()].flatMap((table) => table.tokens()));
    for (const table of tables.values()) if (table.follow(hidden)) changed = true;
    if (!changed) changed = untie(tables, links);
  }
  const untold = [...tables.values()].map((table) => table.untold());
  const all = {
    spreads: untold.flatMap(({ spreads }) => spreads),
    means: untold.flatMap(({ means }) => means),
  };
  const results = kept.map((result) =>
    sharedResult(result, tables.get(result.analysis.id)?.shown(all), findings.asOf),
  );
  const rows = new Map(results.map((result) => [result.analysis.id, result.rows]));
  const left = findings.results.filter(({ analysis }) => !isShared(analysis));
  // what is long enough for it names customers
  const { jsonRows: _, ...rest } = findings;
  return {
    ...rest,
    shared: true,
    results,
    issues: findings.issues.map((issue) => ({
      ...issue,
      count: issue.count !== null && issue.count > 0 && issue.count < SMALLEST ? null : issue.count,
      examples: [],
    })),
    notComputable: [
      ...findings.notComputable.map(({ id, because }) => ({ id, because: because.replace(COUNTED, "") })),
      ...left.map(({ analysis }) => ({
        id: analysis.id,
        because: `left out of what is shared: ${analysis.grain}`,
      })),
    ],
    async *rows(id) {
      const shown = rows.get(id);
      if (shown !== undefined) yield shown as unknown as readonly ResultRow[];
    },
    async *issueCells() {},
  };
}

const isShared = ({ list, internal }: Result["analysis"]): boolean => list !== true && internal !== true;

/** Every threshold that a result depends on. */
const paramsOf = (results: readonly Result[]): Record<string, number> =>
  Object.assign({}, ...results.map(({ params }) => params));

/** Hides one count more where hidden ones follow from the sums of all tables together; whether it did. */
function untie(tables: ReadonlyMap<string, SharedTable>, links: readonly Link[]): boolean {
  const unknowns = new Map<SharedTable, Map<number, number>>();
  let next = 0;
  const unknown = (table: SharedTable, cell: number): number => {
    const own = unknowns.get(table) ?? new Map<number, number>();
    unknowns.set(table, own);
    const known = own.get(cell) ?? next++;
    own.set(cell, known);
    return known;
  };
  const sums = [...tables.values()].flatMap((table) =>
    table.sums().map(({ equation, hideNext }) => ({
      equation: new Map([...equation].map(([cell, weight]) => [unknown(table, cell), weight])),
      hideNext,
    })),
  );
  const linked = links.flatMap((link) => {
    const equation = new Map<number, number>();
    for (const { table, cell, weight } of link)
      if (table.isHidden(cell)) equation.set(unknown(table, cell), weight);
    return equation.size === 0 ? [] : [{ equation, hideNext: () => hideSmallest(link) }];
  });
  const found = determined([...sums, ...linked].map(({ equation }) => equation));
  // Links first: they are what gives it away.
  return [...linked, ...sums].some(
    ({ equation, hideNext }) => [...equation.keys()].some((cell) => found.has(cell)) && hideNext(),
  );
}

/** Hides the smallest count of a link that is still to be seen, zeros last. */
function hideSmallest(link: Link): boolean {
  const order = ({ table, cell }: Part) => table.valueOf(cell) || Number.POSITIVE_INFINITY;
  const [part] = link
    .filter(({ table, cell }) => !table.isHidden(cell))
    .toSorted((a, b) => order(a) - order(b) || a.cell - b.cell);
  part?.table.hide(part.cell);
  return part !== undefined;
}

/** All customers and all cards, where an analysis of the whole portfolio says how many they are. */
function wholesOf({ analysis, rows }: Result): number[] {
  if (analysis.unit !== "portfolio" || rows.length !== 1) return [];
  const counts = Object.entries(analysis.columns).flatMap(([name, { kind }]) => {
    const value = (rows[0] as unknown as ResultRow)[name];
    return kind === "count" && typeof value === "number" ? [value] : [];
  });
  return counts[0] === undefined ? [] : [counts[0], Math.max(...counts)];
}

function sharedResult(
  result: Result,
  shown: ReturnType<SharedTable["shown"]> | undefined,
  asOf: string,
): SharedResult {
  if (shown === undefined || shown.suppressed === 0) return { ...result, suppressed: 0 };
  const rows = shown.rows as unknown as Result["rows"];
  const gone = `${format("count", shown.suppressed)} figures are not shown: they are of fewer than ${SMALLEST}, or would tell of them.`;
  const insight = tellsNothing(result, shown.rows, asOf) ? `${result.insight} ${gone}` : gone;
  return { ...result, rows, insight, suppressed: shown.suppressed };
}

/** Whether every number of the sentence is a figure still shown, the sum of a column, or a parameter. */
function tellsNothing(
  { analysis, rows, insight, params }: Result,
  shown: readonly ResultRow[],
  asOf: string,
): boolean {
  const allowed = new Set<string>();
  const allow = (text: string) => {
    for (const [number] of text.matchAll(NUMBER)) allowed.add(number);
  };
  allow(asOf);
  for (const [name, { kind }] of Object.entries(analysis.columns)) {
    for (const row of shown) allow(format(kind, row[name] ?? null));
    if (kind === "count")
      allow(
        format(
          kind,
          (rows as unknown as readonly ResultRow[]).reduce((sum, row) => sum + Number(row[name] ?? 0), 0),
        ),
      );
  }
  for (const value of Object.values(params)) for (const digits of [0, 2]) allow(threshold(value, digits));
  return [...insight.matchAll(NUMBER)].every(([number]) => allowed.has(number));
}

/** How many there were, at the end of a reason. */
const COUNTED = / \(\d[^)]* of \d[^)]*\)$/;
const NUMBER = /\d+(?:[,.\d]*\d)?%?/g;
