import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDuckDB } from "../../src/engines/duckdb.ts";
import type { ResultRow } from "../../src/engines/engine.ts";
import { CardscopeError } from "../../src/errors.ts";
import { openPortfolio, type PortfolioOptions } from "../../src/portfolio/portfolio.ts";
import type { IssueSummary } from "../../src/schema/issues.ts";
import { raw } from "../../src/sql/statement.ts";

export interface Folder extends AsyncDisposable {
  readonly path: string;
  /** Writes a file in a folder of its own, so that two can have one name, and gives its path. */
  file(name: string, content: string | Buffer): Promise<string>;
  /** Writes rows of SQL as Parquet. */
  parquet(name: string, select: string): Promise<string>;
}

export async function openFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "cardscope-test-"));
  let files = 0;
  const place = async (name: string) => {
    const folder = join(path, String(files++));
    await mkdir(folder);
    return join(folder, name);
  };
  return {
    path,
    async file(name, content) {
      const target = await place(name);
      await writeFile(target, content);
      return target;
    },
    async parquet(name, select) {
      const target = await place(name);
      await using engine = await openDuckDB();
      await engine.execute(raw(`copy (${select}) to '${target}' (format parquet)`));
      return target;
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

export const USERS = `id,current_age,birth_year,birth_month,yearly_income,total_debt,credit_score
1,53,1966,11,59696,127613,787
2,53,1966,12,77254,191349,701
3,81,1938,11,33483,196,698
`;
export const CARDS = `card_id,client_id,card_brand,card_type,expires,credit_limit,acct_open_date
11,1,Visa,Debit,12/2022,24295,09/2002
12,2,Visa,Credit,12/2020,21968,04/2014
13,3,Mastercard,Debit (Prepaid),02/2024,46414,07/2003
`;

export interface Read {
  readonly rows: readonly ResultRow[];
  readonly issues: readonly IssueSummary[];
  readonly asOf: string;
}

/** Reads two files and asks one question of them. */
export async function read(
  files: readonly string[],
  select: string,
  options: PortfolioOptions = {},
): Promise<Read> {
  await using portfolio = await openPortfolio(files, { today: "2024-06-15", ...options });
  const { rows } = await portfolio.query(select);
  return { rows, issues: portfolio.issues, asOf: portfolio.asOf };
}

/** Findings as "code column: rows". */
export const found = (issues: readonly IssueSummary[]): string[] =>
  issues.map(
    ({ code, column, examples }) => `${code} ${column ?? ""}: ${examples.map(({ row }) => row).join(",")}`,
  );

/** The error that reading ends in; fails where there is none, or one that no caller can act on. */
export async function refusal(
  files: readonly string[],
  options: PortfolioOptions = {},
): Promise<CardscopeError> {
  try {
    await using portfolio = await openPortfolio(files, options);
    throw new TypeError(`not refused: ${portfolio.sources.map(({ rows }) => rows).join(", ")} rows`);
  } catch (error) {
    if (error instanceof CardscopeError) return error;
    throw error;
  }
}
