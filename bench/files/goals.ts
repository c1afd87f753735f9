import type { Measured, ResultRow } from "./results.ts";

export interface Goal {
  readonly goal: string;
  readonly measured: string;
  readonly isMet: boolean | undefined;
}

const MIB_PER_GB = 1e9 / 2 ** 20;

/** What was set out to be reached, beside what was. */
export function goalsOf(rows: readonly ResultRow[]): readonly Goal[] {
  const of = (id: string, name = "cardscope") =>
    rows.find((row) => row.id === id)?.measured.find((m) => m.name === name);
  const sheet = "typed-tables/1m/xlsx";
  const csv = "analyses/1m/csv";
  const [million, bounded, unbounded] = [
    "analyses/1m/parquet",
    "analyses/10m/parquet",
    "unbounded/10m/parquet",
  ].map((id) => rows.find((row) => row.id === id));
  return [
    faster(
      "case study, cold process to JSON: 3 times faster than pandas with openpyxl",
      3,
      of("case-study/2k/xlsx", "pandas+openpyxl"),
    ),
    faster(
      "xlsx, 1,000,000 rows into typed tables: 20 times faster than pandas with openpyxl",
      20,
      of(sheet, "pandas+openpyxl"),
    ),
    faster("xlsx into typed tables: faster than polars with fastexcel", 1, of(sheet, "polars+fastexcel")),
    atMost("xlsx into typed tables: at most 8 times the inflate floor", 8, of(sheet, "inflate")),
    peak("xlsx into typed tables: peak under 700 MB", 0.7, of(sheet)),
    faster("csv, 1,000,000 customers: 5 times faster than pandas", 5, of(csv, "pandas")),
    atMost("csv, 1,000,000 customers: at most 1.3 times raw DuckDB", 1.3, of(csv, "duckdb")),
    peak("Parquet, 10,000,000 customers, --memory 4GB: peak at most 4 GB", 4, of("analyses/10m/parquet")),
    perRow(
      "time grows no faster than rows from 1,000,000, with as much memory as there is",
      million,
      unbounded,
    ),
    perRow("the same with --memory 4GB", million, bounded),
    peak(
      "report.xlsx of a list of 1,000,000 rows, from an open portfolio: peak under 500 MB",
      0.5,
      of("workbook/1m/xlsx"),
    ),
    peak(
      "the same by a command that reads 1,000,000 customers first, --memory 1GB: peak under 1 GB",
      1,
      of("report/1m/parquet"),
    ),
  ];
}

function faster(goal: string, times: number, peer: Measured | undefined): Goal {
  if (peer?.times_ours === undefined) return { goal, measured: peer?.because ?? "", isMet: undefined };
  return { goal, measured: `${peer.times_ours.toFixed(1)} times`, isMet: peer.times_ours >= times };
}

function atMost(goal: string, times: number, floor: Measured | undefined): Goal {
  if (floor?.times_ours === undefined) return { goal, measured: floor?.because ?? "", isMet: undefined };
  const ours = 1 / floor.times_ours;
  return { goal, measured: `${ours.toFixed(2)} times`, isMet: ours <= times };
}

function peak(goal: string, gigabytes: number, ours: Measured | undefined): Goal {
  if (ours?.peak_mib === undefined) return { goal, measured: ours?.because ?? "", isMet: undefined };
  return { goal, measured: `${ours.peak_mib} MiB`, isMet: ours.peak_mib <= gigabytes * MIB_PER_GB };
}

/** Of the larger portfolio beside the smaller one. */
function perRow(what: string, smaller: ResultRow | undefined, larger: ResultRow | undefined): Goal {
  const goal = `Parquet, 10,000,000 customers: ${what}`;
  const [small, large] = [smaller, larger].map((row) => row?.measured.find(({ role }) => role === "ours"));
  if (!smaller || !larger || small?.wall_s === undefined || large?.wall_s === undefined)
    return { goal, measured: large?.because ?? "", isMet: undefined };
  const growth = large.wall_s / small.wall_s / (larger.cards / smaller.cards);
  return { goal, measured: `${growth.toFixed(2)} times the time per row`, isMet: growth <= 1 };
}
