import type { Analysis } from "../analyses/analysis.ts";
import type { ResultRow, Scalar } from "../engines/engine.ts";
import type { Kind } from "../schema/columns.ts";
import { determined, type Equation } from "./share-solve.ts";

/** Fewer than this many customers, or cards, are not shown. */
export const SMALLEST = 10;

const isSmall = (n: number): boolean => n > 0 && n < SMALLEST;

/** Counts that together make a known whole: rows of a column, or columns of a row. */
interface Sum {
  readonly cells: readonly number[];
  readonly weights?: readonly number[];
  /** What its rows have in common. */
  readonly labels?: readonly Scalar[];
  /** What the parts leave over of the whole, which nobody states: customers without a value. */
  readonly rest?: number;
  /** The first cell is the whole of the others. */
  readonly whole?: true;
}

/** Every row is of all customers who have a value, or two. */
const EACH_OF_ALL: ReadonlySet<string> = new Set(["numeric-summary", "correlations"]);
const numeric = new Set<Kind>(["count", "number", "share", "ratio", "statistic", "usd"]);
/** Values of single customers, and quantiles by the part of the customers below them. */
const EXTREME = /(?:^|_)(?:min|max)(?:_|$)/;
const QUANTILE = /(?:^|_)(?:p(\d\d)|median)(?:_|$)/;
/** A small number in a text, such as "no address: 3". */
const SMALL_NUMBER = /(?<![\d.,$])[1-9](?![\d.,%])/;

/** Values of which no spread, or no mean, is to be shown. */
export interface Untold {
  readonly spreads: readonly string[];
  readonly means: readonly string[];
}

/** The rows of one analysis, and which of their cells are not to be seen. */
export class SharedTable {
  readonly rows: readonly ResultRow[];
  readonly #names: readonly string[];
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly #chart: Analysis["chart"];
  /** Whether the rows are parts of a whole. */
  readonly #isPartition: boolean;
  /** Columns that name a row. */
  readonly #keys: readonly string[];
  /** Columns of counts; the first is the one that the row's other figures are about. */
  readonly #counts: readonly string[];
  /** The share that stands for a count without a column: it goes with it. */
  readonly #implied: string | undefined;
  readonly #sums: readonly Sum[];
  /** Columns of counts that are never more than the first: parts of it. */
  readonly #parts: readonly number[];
  readonly #hidden = new Set<number>();
  /** Rows whose first count is hidden: all their figures are of those customers. */
  readonly #withheld = new Set<number>();

  constructor(analysis: Analysis, rows: readonly ResultRow[]) {
    this.#kinds = new Map(Object.entries(analysis.columns).map(([name, { kind }]) => [name, kind]));
    this.#names = [...this.#kinds.keys()];
    this.#chart = analysis.chart;
    this.#keys = keysOf(this.#names, this.#kinds, analysis.chart);
    this.#isPartition = !EACH_OF_ALL.has(analysis.id);
    const counts = this.#names.filter(
      (name) => this.#kinds.get(name) === "count" && !this.#keys.includes(name),
    );
    const { y } = analysis.chart.mark === "interval" ? analysis.chart : {};
    this.#implied = y !== undefined && this.#kinds.get(y) === "share" ? y : undefined;
    this.#counts = this.#implied === undefined ? counts : [...counts, IMPLIED];
    this.rows = rows.map((row) => withImplied(row, this.#implied, counts[0]));
    this.#parts = [...this.#counts.keys()].filter((c) => this.#dominates(0, c));
    this.#sums = [...this.#sumsOfRows(), ...this.#sumsOfColumns()];
  }

  /** Hides small counts, the differences that would be small, and what gives either away. */
  suppress(wholes: readonly number[]): void {
    for (const [r, row] of this.rows.entries()) {
      for (const [c, name] of this.#counts.entries()) {
        const n = Number(row[name] ?? 0);
        if (isSmall(n)) this.#hide(r, c);
        // All but a few: only the count itself tells of them.
        else if (wholes.some((whole) => isSmall(whole - n))) this.#hidden.add(this.#cell(r, c));
      }
      for (const [a, whole] of this.#counts.entries())
        for (const [b, part] of this.#counts.entries())
          if (a !== b && row[part] !== null && isSmall(Number(row[whole]) - Number(row[part])))
            if (this.#dominates(a, b)) this.#hide(r, b);
    }
    this.#protect();
  }

  /** Hides the counts that another table has hidden: the same number beside the same name. */
  follow(hidden: ReadonlySet<string>): boolean {
    const before = this.#hidden.size;
    for (const [r, row] of this.rows.entries())
      for (const [c, name] of this.#counts.entries())
        if (this.#tokens(row, name).some((token) => hidden.has(token))) this.#hide(r, c);
    // The sum of parts that are all to be seen is to be seen as well.
    for (const sum of this.#sums)
      if (sum.labels?.some((label) => hidden.has(`${this.#total(sum)}|${label}`)) && this.#isSeen(sum))
        this.#hideNext(sum);
    this.#protect();
    return this.#hidden.size > before;
  }

  /** The counts of a column, in the rows that are meant. */
  cells(column: string, where: (row: ResultRow) => boolean = () => true): readonly number[] {
    const c = this.#counts.indexOf(column);
    return c < 0
      ? []
      : [...this.rows.keys()].flatMap((r) => (where(this.rows[r] ?? {}) ? [this.#cell(r, c)] : []));
  }

  isHidden(cell: number): boolean {
    return this.#hidden.has(cell);
  }

  valueOf(cell: number): number {
    return this.#valueOf(cell);
  }

  /** Hides a count, and what then gives it away within the table. */
  hide(cell: number): void {
    if (isSmall(this.#valueOf(cell)))
      this.#hide(Math.floor(cell / this.#counts.length), cell % this.#counts.length);
    else this.#hidden.add(cell);
    this.#protect();
  }

  /** The sums that a reader knows, by their hidden parts; and how to hide one part more. */
  sums(): readonly { readonly equation: Equation; hideNext(): boolean }[] {
    return this.#equations().map(({ sum, equation }) => ({
      equation,
      hideNext: () => {
        const isMore = this.#hideNext(sum);
        this.#protect();
        return isMore;
      },
    }));
  }

  /**
   * Values whose distribution must not be told elsewhere: a key of numbers of which some counts are hidden; and
   * measures of a hidden count of customers, which an exact mean of whole numbers tells by its denominator.
   */
  untold(): Untold {
    const axis = this.#keys.find((key) => this.rows.every((row) => typeof row[key] === "number"));
    const measures =
      this.#isPartition || this.#keys.length !== 1
        ? []
        : this.rows.flatMap((row, r) =>
            this.#hidden.has(this.#cell(r, 0)) ? [String(row[this.#keys[0] ?? ""])] : [],
          );
    return { spreads: axis === undefined || this.#hidden.size === 0 ? [] : [axis], means: measures };
  }

  /** What other tables must not show. */
  tokens(): readonly string[] {
    return [...this.#hidden].flatMap((cell) => {
      const row = this.rows[Math.floor(cell / this.#counts.length)] ?? {};
      return this.#tokens(row, this.#counts[cell % this.#counts.length] ?? "");
    });
  }

  #tokens(row: ResultRow, name: string): string[] {
    const n = row[name];
    return n === null || n === 0 ? [] : this.#keys.map((key) => `${n}|${row[key]}`);
  }

  #total({ cells }: Sum): number {
    return cells.reduce((sum, cell) => sum + this.#valueOf(cell), 0);
  }

  #isSeen({ cells }: Sum): boolean {
    return cells.every((cell) => !this.#hidden.has(cell));
  }

  /** The rows without what is hidden, and what was computed from it; and how many cells that are. */
  shown(untold: Untold = { spreads: [], means: [] }): {
    readonly rows: readonly ResultRow[];
    readonly suppressed: number;
  } {
    const totals = this.#counts.map((name) =>
      this.rows.reduce((sum, row) => sum + Number(row[name] ?? 0), 0),
    );
    let suppressed = 0;
    const rows = this.rows.map((row, r) => {
      const gone = new Set([...this.#gone(row, r, totals), ...this.#untoldOf(row, untold)]);
      const shown: Record<string, Scalar> = {};
      for (const name of this.#names) {
        const value = row[name] ?? null;
        if (gone.has(name) && value !== null) suppressed++;
        shown[name] = gone.has(name) ? null : value;
      }
      return shown;
    });
    return { rows, suppressed };
  }

  /** The figures of a row that would tell what is not to be told. */
  #untoldOf(row: ResultRow, { spreads, means }: Untold): readonly string[] {
    const labels = this.#keys.map((key) => String(row[key]));
    return this.#names.filter(
      (name) =>
        (this.#kinds.get(name) === "number" &&
          name !== "mean" &&
          spreads.some((of) => labels.includes(of))) ||
        ((name === "mean" || name === "std") && means.some((of) => labels.includes(of))) ||
        means.some((of) => name === `${of}_mean`),
    );
  }

  /** The columns of a row that are not shown. */
  #gone(row: ResultRow, r: number, totals: readonly number[]): ReadonlySet<string> {
    const others = this.#names.filter((name) => !this.#keys.includes(name));
    const gone = new Set(this.#counts.filter((_, c) => this.#hidden.has(this.#cell(r, c))));
    if (this.#withheld.has(r))
      return new Set([...gone, ...others.filter((name) => !this.#counts.includes(name))]);
    if (this.#implied !== undefined && gone.has(IMPLIED)) gone.add(this.#implied);
    const about = this.#counts[0] === undefined ? null : row[this.#counts[0]];
    const wholes = [...this.#counts.map((name) => Number(row[name] ?? 0)), ...totals];
    const secrets = new Set([...gone].map((name) => Number(row[name])));
    for (const name of others) {
      const value = row[name] ?? null;
      const kind = this.#kinds.get(name) ?? "label";
      if (typeof value === "string" && (gone.size > 0 || SMALL_NUMBER.test(value))) gone.add(name);
      if (typeof value !== "number" || !numeric.has(kind) || kind === "count") continue;
      if (EXTREME.test(name)) gone.add(name);
      const quantile = QUANTILE.exec(name);
      const part = quantile === null ? 1 : Number(quantile[1] ?? 50) / 100;
      if (typeof about === "number" && part < 1 && about * Math.min(part, 1 - part) < SMALLEST)
        gone.add(name);
      if (wholes.some((whole) => tells(value, whole, kind === "share", secrets))) gone.add(name);
    }
    const { low, high, y } = this.#chart.mark === "interval" ? this.#chart : {};
    const interval = [low, high, y].filter((name) => name !== undefined);
    const relative = interval.some((name) => this.#kinds.get(name) === "ratio");
    if (interval.some((name) => gone.has(name)) || (relative && this.#hasHiddenSibling(row)))
      for (const name of interval) gone.add(name);
    return gone;
  }

  /** Whether a row of the same chart panel is hidden: ratios of one row to another give both away. */
  #hasHiddenSibling(row: ResultRow): boolean {
    const x = "x" in this.#chart ? this.#chart.x : undefined;
    const same = this.#keys.filter((key) => key !== x);
    return this.rows.some(
      (other, r) =>
        same.every((key) => other[key] === row[key]) &&
        this.#counts.some((_, c) => this.#hidden.has(this.#cell(r, c))),
    );
  }

  #cell(row: number, count: number): number {
    return row * this.#counts.length + count;
  }

  #valueOf(cell: number): number {
    const row = this.rows[Math.floor(cell / this.#counts.length)];
    return Number(row?.[this.#counts[cell % this.#counts.length] ?? ""] ?? 0);
  }

  /** Hides a count; with the first one go its parts, and the figures of the row. */
  #hide(row: number, count: number): void {
    this.#hidden.add(this.#cell(row, count));
    if (count > 0 || this.#keys.length === 0) return;
    if (!this.#isPartition && !isSmall(this.#valueOf(this.#cell(row, count)))) return;
    this.#withheld.add(row);
    for (const c of this.#parts) this.#hidden.add(this.#cell(row, c));
  }

  /** Whether one count is never less than another. */
  #dominates(whole: number, part: number): boolean {
    const [a = "", b = ""] = [this.#counts[whole], this.#counts[part]];
    return this.rows.every((row) => Number(row[a] ?? 0) >= Number(row[b] ?? 0));
  }

  /** Hides more until nothing hidden follows from the rest, in any sum or from several of them. */
  #protect(): void {
    for (let before = -1; before < this.#hidden.size; ) {
      before = this.#hidden.size;
      for (const sum of this.#sums) {
        const hidden = sum.cells.filter((cell) => this.#hidden.has(cell));
        const unseen = (sum.rest ?? 0) > 0 ? 1 : 0;
        if (hidden.length + unseen === 0) continue;
        const isOpen = sum.whole === true && this.#hidden.has(sum.cells[0] ?? -1);
        const together = hidden.reduce((n, cell) => n + this.#valueOf(cell), sum.rest ?? 0);
        // Two ones that sum to 2 are two ones.
        if (hidden.length + unseen < 2 || (!isOpen && together < SMALLEST)) this.#hideNext(sum);
      }
      if (this.#hidden.size > before) continue;
      const equations = this.#equations();
      // One at a time: what protects a cell often protects others.
      for (const cell of determined(equations.map(({ equation }) => equation)))
        if (equations.some(({ equation, sum }) => equation.has(cell) && this.#hideNext(sum))) break;
    }
  }

  /** The sums by their hidden parts. Parts that nobody states are unknowns below zero. */
  #equations(): { readonly sum: Sum; readonly equation: Equation }[] {
    return this.#sums.flatMap((sum, index) => {
      const equation = new Map<number, number>();
      for (const [at, cell] of sum.cells.entries())
        if (this.#hidden.has(cell)) equation.set(cell, sum.whole && at === 0 ? -1 : (sum.weights?.[at] ?? 1));
      if ((sum.rest ?? 0) > 0) equation.set(-1 - index, 1);
      for (const [unknown, weight] of equation) if (weight === 0) equation.delete(unknown);
      return equation.size === 0 ? [] : [{ sum, equation }];
    });
  }

  /** Hides the smallest count of the sum that is still to be seen, zeros last. */
  #hideNext({ cells }: Sum): boolean {
    const seen = cells.filter((cell) => !this.#hidden.has(cell));
    const order = (cell: number) => this.#valueOf(cell) || Number.POSITIVE_INFINITY;
    const [next] = seen.toSorted((a, b) => order(a) - order(b) || a - b);
    if (next === undefined) return false;
    this.#hide(Math.floor(next / this.#counts.length), next % this.#counts.length);
    return true;
  }

  /** The rows of a column sum to a whole: all of them, and those that differ in one key only. */
  #sumsOfRows(): Sum[] {
    if (this.#keys.length === 0 || this.rows.length < 2 || !this.#isPartition) return [];
    type Group = { readonly rows: readonly number[]; readonly by?: string; readonly labels: Scalar[] };
    const groups: Group[] = [];
    // Panels of a chart are of different things; their rows sum to a whole along the axis only.
    if (this.#chart.mark !== "interval") groups.push({ rows: [...this.rows.keys()], labels: [] });
    for (const by of this.#chart.mark === "interval" ? [this.#chart.x] : this.#keys) {
      const others = this.#keys.filter((key) => key !== by);
      const found = new Map<string, number[]>();
      for (const [r, row] of this.rows.entries()) {
        const at = JSON.stringify(others.map((key) => row[key]));
        const rows = found.get(at) ?? [];
        found.set(at, rows);
        rows.push(r);
      }
      for (const rows of found.values()) {
        const labels = others.map((key) => this.rows[rows[0] ?? 0]?.[key] ?? null);
        if (rows.length > 1) groups.push({ rows, by, labels });
      }
    }
    return this.#counts.flatMap((_, c) =>
      groups.flatMap(({ rows, by, labels }) => {
        const cells = rows.map((r) => this.#cell(r, c));
        const weights = rows.map((r) => (by === undefined ? null : (this.rows[r]?.[by] ?? null)));
        // Customers by number of cards: the cards are a whole, too.
        return weights.every((weight) => typeof weight === "number")
          ? [
              { cells, labels },
              { cells, weights },
            ]
          : [{ cells, labels }];
      }),
    );
  }

  /** Columns that sum to another one in every row, but for a few without a value. */
  #sumsOfColumns(): Sum[] {
    const sums: Sum[] = [];
    const most = this.#counts.length > 12 ? 4 : this.#counts.length;
    for (const [w, whole] of this.#counts.entries())
      for (const parts of subsets(
        [...this.#counts.keys()].filter((c) => c !== w),
        most,
      )) {
        const rests = this.rows.map((row) =>
          parts.reduce((left, c) => left - Number(row[this.#counts[c] ?? ""] ?? 0), Number(row[whole] ?? 0)),
        );
        if (this.rows.every((row) => row[whole] === null || row[whole] === 0)) continue;
        if (rests.every((rest) => rest >= 0 && rest < SMALLEST))
          for (const [r, rest] of rests.entries())
            sums.push({ cells: [w, ...parts].map((c) => this.#cell(r, c)), rest, whole: true });
      }
    return sums;
  }
}

/** The columns of the chart's categories, and the leading ones that are no figures. */
function keysOf(
  names: readonly string[],
  kinds: ReadonlyMap<string, Kind>,
  chart: Analysis["chart"],
): readonly string[] {
  const drawn = new Set<string | undefined>();
  if ("x" in chart) drawn.add(chart.x);
  if ("color" in chart) drawn.add(chart.color);
  if (chart.mark === "interval") drawn.add(chart.facet);
  if (chart.mark === "heatmap") drawn.add(chart.y);
  const first = names.findIndex((name) => numeric.has(kinds.get(name) ?? "label") && !drawn.has(name));
  return names.filter((name, index) => drawn.has(name) || (index < first && chart.mark !== "figures"));
}

/** Whether a figure, with a count that may be known, makes a count that must not be: by product or quotient. */
function tells(value: number, whole: number, isShare: boolean, secrets: ReadonlySet<number>): boolean {
  if (value !== 0 && secrets.has(integer(whole / value) ?? -1)) return true;
  const part = integer(value * whole);
  if (part === undefined) return false;
  return secrets.has(part) || (isShare && (isSmall(part) || isSmall(whole - part)));
}

/** The integer that a computed number stands for, if any. */
function integer(n: number): number | undefined {
  const near = Math.round(n);
  return Math.abs(n - near) > 1e-6 * Math.max(1, Math.abs(n)) ? undefined : near;
}

/** The count that a share of a row's customers comes from. */
const IMPLIED = "implied count";

function withImplied(row: ResultRow, share: string | undefined, whole: string | undefined): ResultRow {
  if (share === undefined || whole === undefined) return row;
  const [part, of] = [row[share] ?? null, row[whole] ?? null];
  return { ...row, [IMPLIED]: part === null || of === null ? null : Math.round(Number(part) * Number(of)) };
}

function* subsets(items: readonly number[], most: number): Generator<number[]> {
  function* from(start: number, chosen: readonly number[]): Generator<number[]> {
    for (let i = start; i < items.length; i++) {
      const next = [...chosen, items[i] as number];
      yield next;
      if (next.length < most) yield* from(i + 1, next);
    }
  }
  yield* from(0, []);
}
