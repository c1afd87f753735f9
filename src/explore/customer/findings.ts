import type { Engine, ResultRow } from "../../engines/engine.ts";
import { cards } from "../../schema/cards.ts";
import { type IssueCode, issueCodes, type Severity } from "../../schema/issues.ts";
import type { Field } from "../../schema/tables.ts";
import { users } from "../../schema/users.ts";
import { literal, raw } from "../../sql/statement.ts";

/** One finding about the customer's row, or about a row of one of their cards. */
export interface Finding {
  readonly code: IssueCode;
  readonly severity: Severity;
  readonly table: "users" | "cards";
  readonly column: string | null;
  readonly label: string | null;
  /** Row of the file, the header's row included. */
  readonly row: number | null;
  /** The card, where it is one's. */
  readonly card_id: string | null;
  /** As the cell has it; card-shaped digits are masked. */
  readonly value: string | null;
  readonly doc: string;
  readonly action: string;
}

/** More are of no use on a page. */
const MOST = 200;

export async function findingsOf(
  engine: Engine,
  id: string | number,
): Promise<{ readonly findings: readonly Finding[]; readonly total: number }> {
  const { rows } = await engine.query(
    raw(`with own as (
        select table_name, row, key from issue_keys
        where table_name = 'users' and key = ${literal(String(id))}
        union all
        select table_name, row, key from issue_keys
        where table_name = 'cards' and key in (
          select cast(card_id as varchar) from cards where user_id = ${literal(id)}
        )
      ),
      found as (
        select issues.code, issues.table_name, issues.column_name, issues.row, issues.value, own.key
        from own
        join issues on issues.table_name = own.table_name and issues.row = own.row
      )
      select found.*, (select count(*) from found) as total
      from found
      order by table_name desc nulls last, row nulls last, column_name nulls first,
        code nulls last, value nulls first
      limit ${MOST}`),
  );
  return { findings: rows.map(findingOf), total: Number(rows[0]?.["total"] ?? 0) };
}

function findingOf(row: ResultRow): Finding {
  const code = row["code"] as IssueCode;
  const table = row["table_name"] as Finding["table"];
  const column = row["column_name"] as string | null;
  const fields: Readonly<Record<string, Field>> = table === "users" ? users.fields : cards.fields;
  const { severity, doc, action } = issueCodes[code];
  return {
    code,
    severity,
    table,
    column,
    label: column === null ? null : (fields[column]?.label ?? column),
    row: row["row"] as number | null,
    card_id: table === "cards" ? String(row["key"]) : null,
    value: row["value"] as string | null,
    doc,
    action,
  };
}
