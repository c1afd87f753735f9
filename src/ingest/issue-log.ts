import type { DuckDBEngine } from "../engines/duckdb.ts";
import {
  type IssueCell,
  type IssueCode,
  type IssueSummary,
  issueCodes,
  type Severity,
} from "../schema/issues.ts";
import { maskCardNumbersSql } from "../schema/mask.ts";
import { literal, raw } from "../sql/statement.ts";
import type { TableName } from "./bind.ts";

const EXAMPLES = 5;
const severities: readonly Severity[] = ["error", "warning", "info"];

/** Findings about the data, kept in the database: a damaged column can have one for each of its cells. */
export class IssueLog {
  readonly #engine: DuckDBEngine;

  private constructor(engine: DuckDBEngine) {
    this.#engine = engine;
  }

  static async open(engine: DuckDBEngine): Promise<IssueLog> {
    await engine.execute(
      raw(`create or replace table issues
        (code varchar, table_name varchar, column_name varchar, row bigint, value varchar)`),
    );
    await engine.execute(
      raw("create or replace table issue_keys (table_name varchar, row bigint, key varchar)"),
    );
    return new IssueLog(engine);
  }

  /** The findings of a database that was read before. */
  static of(engine: DuckDBEngine): IssueLog {
    return new IssueLog(engine);
  }

  /** One finding per row of `cells`, SQL with the columns `row` and `value`. Values are masked here. */
  async addCells(code: IssueCode, table: TableName, column: string | null, cells: string): Promise<void> {
    await this.#engine.execute(
      raw(`insert into issues
        select ${literal(code)}, ${literal(table)}, ${literal(column)}, row, left(${maskCardNumbersSql("cast(value as varchar)")}, 200)
        from (${cells}) cells`),
    );
  }

  /** A finding about a whole column or row. */
  async add(
    code: IssueCode,
    table: TableName,
    column: string | null,
    row: number | null,
    value: string | null,
  ): Promise<void> {
    await this.addCells(
      code,
      table,
      column,
      `select cast(${literal(row)} as bigint) as row, ${literal(value)} as value`,
    );
  }

  /** Takes back what was found in rows that are left out; `rows` is SQL with the column `row`. */
  async forget(table: TableName, rows: string): Promise<void> {
    await this.#engine.execute(
      raw(
        `delete from issues where table_name = ${literal(table)} and row in (select row from (${rows}) gone)`,
      ),
    );
  }

  /**
   * Keeps whose rows the findings are about, so that they can be shown beside a customer or a card; `rows` is SQL
   * with the columns `row` and `key`. Rows without a finding are not kept.
   */
  async keepKeys(table: TableName, rows: string): Promise<void> {
    await this.#engine.execute(
      raw(`insert into issue_keys
        select ${literal(table)}, row, cast(key as varchar) from (${rows}) keyed
        where row in (select row from issues where table_name = ${literal(table)})`),
    );
  }

  async summaries(): Promise<IssueSummary[]> {
    const { rows } = await this.#engine.query(
      raw(`select code, table_name, column_name, count(*) as n,
          to_json(list({'row': row, 'value': value} order by row nulls last, value nulls last)[:${EXAMPLES}]) as examples
        from issues
        group by code, table_name, column_name
        order by table_name desc, code, column_name nulls first`),
    );
    const found = rows.map((row): IssueSummary => {
      const code = row["code"] as IssueCode;
      return {
        code,
        severity: issueCodes[code].severity,
        table: row["table_name"] as TableName,
        column: row["column_name"] as string | null,
        count: Number(row["n"]),
        examples: JSON.parse(String(row["examples"])),
        action: issueCodes[code].action,
      };
    });
    return found.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  }

  /** Every finding, in order of table, row and column. */
  async *cells(): AsyncGenerator<readonly IssueCell[]> {
    const statement = raw(
      `select code, table_name, column_name, row, value from issues
      order by table_name desc, row nulls first, column_name nulls first, code, value nulls first`,
    );
    for await (const { rows } of this.#engine.stream(statement))
      yield rows.map((row) => {
        const code = row["code"] as IssueCode;
        return {
          code,
          severity: issueCodes[code].severity,
          table: row["table_name"] as TableName,
          column: row["column_name"] as string | null,
          row: row["row"] as number | null,
          value: row["value"] as string | null,
          action: issueCodes[code].action,
        };
      });
  }
}
