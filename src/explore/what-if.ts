import type { ResultRow } from "../engines/engine.ts";
import { CardscopeError, usage } from "../errors.ts";
import { type Columns, label } from "../schema/columns.ts";
import { literal, raw } from "../sql/statement.ts";
import type { OpenedPortfolio, Sight } from "./explorer.ts";
import { type ComparedFigure, figuresOf } from "./what-if/figures.ts";
import { keyOf, lackingFor, type MovingList, movingLists } from "./what-if/lists.ts";
import { type LeverGroup, leversOf } from "./what-if/parameters.ts";
import { type Sides, sidesOf } from "./what-if/sides.ts";

/** A list as the portfolio was opened and under the look, and who makes the difference. */
export interface ListChange {
  readonly id: string;
  readonly label: string;
  readonly definition: string;
  readonly unit: "customer" | "card";
  readonly opened: number;
  readonly now: number;
  readonly entered: number;
  readonly left: number;
  readonly lacking: readonly string[];
}

export interface WhatIf {
  readonly asOf: { readonly opened: string; readonly now: string };
  /** What a moved date does not move; null where the date is the portfolio's. */
  readonly caveat: string | null;
  readonly figures: readonly ComparedFigure[];
  readonly lists: readonly ListChange[];
  readonly levers: readonly LeverGroup[];
}

export type Change = "entered" | "left";
export const changes: readonly Change[] = ["entered", "left"];

const CAVEAT =
  "Only the state of the cards moves with the date: customer attributes stay as they were stated, and closed accounts are not on file.";

/**
 * The portfolio as it was opened beside the same under a look's date and thresholds. Filters narrow both sides
 * alike, each by its own models.
 */
export async function whatIf(opened: OpenedPortfolio, sight: Sight): Promise<WhatIf> {
  const { asOf } = sight.view;
  const sides = sidesOf(sight);
  return {
    asOf: { opened: opened.asOf, now: asOf },
    caveat: asOf === opened.asOf ? null : CAVEAT,
    figures: await figuresOf(sight, sides),
    lists: await listsOf(sight, sides),
    levers: leversOf(opened, sight.view),
  };
}

async function listsOf({ engine, view: { inputs } }: Sight, sides: Sides): Promise<readonly ListChange[]> {
  const known = movingLists.filter((list) => lackingFor(list, inputs).length === 0);
  const compared = known.map((list) => {
    const key = keyOf(list);
    const keys = `select ${key} from (\n${list.members}\n) members`;
    return `select ${literal(list.id)} as list, count(opened.${key}) as opened, count(now.${key}) as now,
  count(*) - count(opened.${key}) as entered, count(*) - count(now.${key}) as left_it
from (${sides.opened(keys)}) opened
full join (${sides.now(keys)}) now on now.${key} = opened.${key}`;
  });
  const rows = compared.length === 0 ? [] : (await engine.query(raw(compared.join("\nunion all\n")))).rows;
  return movingLists.map((list): ListChange => {
    const row = rows.find((counted) => counted["list"] === list.id);
    const { id, label: name, definition, unit } = list;
    return {
      id,
      label: name,
      definition,
      unit,
      opened: Number(row?.["opened"] ?? 0),
      now: Number(row?.["now"] ?? 0),
      entered: Number(row?.["entered"] ?? 0),
      left: Number(row?.["left_it"] ?? 0),
      lacking: lackingFor(list, inputs),
    };
  });
}

export interface ChangedRows {
  readonly columns: Columns;
  readonly rows: readonly ResultRow[];
  readonly total: number;
}

/**
 * Who entered a list or left it, with the figures that decide: of those who entered as they are now, of those who
 * left as they were. Throws USAGE for a list that is not one, NOT_COMPUTABLE where the files cannot say.
 */
export async function whatIfRows(
  sight: Sight,
  {
    list: wanted,
    change,
    offset,
    limit,
  }: { readonly list: string; readonly change: Change; readonly offset: number; readonly limit: number },
): Promise<ChangedRows> {
  const list = movingLists.find(({ id }) => id === wanted);
  if (list === undefined)
    throw usage(`unknown list: ${wanted}`, `the lists are ${movingLists.map(({ id }) => id).join(", ")}`);
  const { engine, view } = sight;
  const lacking = lackingFor(list, view.inputs);
  if (lacking.length > 0)
    throw new CardscopeError(
      "NOT_COMPUTABLE",
      `${wanted} is not computable: no ${lacking.join(", no ")} in the files`,
    );
  const sides = sidesOf(sight);
  const [here, there] = change === "entered" ? [sides.now, sides.opened] : [sides.opened, sides.now];
  const key = keyOf(list);
  const keys = `select ${key} as other_key from (\n${list.members}\n) members`;
  const other = otherSide(list, change);
  const text = `select members.*${other === undefined ? "" : `, coalesce(gates.excluded_because, 'not eligible') as ${other.name}`}
from (${here(list.members)}) members
left join (${there(keys)}) others on others.other_key = members.${key}
${other === undefined ? "" : `left join (${there(other.gates)}) gates on gates.user_id = members.user_id`}
where others.other_key is null`;
  const counted = await engine.query(raw(`select count(*) as n from (${text}) changed`));
  const { rows } = await engine.query(
    raw(
      `select * from (${text}) changed order by ${key} nulls last limit ${literal(limit)} offset ${literal(offset)}`,
    ),
  );
  return {
    columns: { ...list.columns, ...(other && { [other.name]: other.column }) },
    rows,
    total: Number(counted.rows[0]?.["n"]),
  };
}

/** What the other side says of an offer's candidate who is none there. */
function otherSide({ offer }: MovingList, change: Change) {
  if (offer === undefined) return undefined;
  const gates = `select user_id, excluded_because from offer_profile where offer = ${literal(offer)}`;
  return change === "entered"
    ? { name: "before", gates, column: label("Before", "Why the customer was no candidate.") }
    : { name: "now", gates, column: label("Now", "Why the customer is no candidate any more.") };
}
