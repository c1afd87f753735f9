/** What the analyses of defaults share: which customers stand where, and why a model cannot be had. */

import { tooFew } from "../schema/outcomes.ts";
import { literal, raw, type Statement, type Value } from "../sql/statement.ts";
import type { Behind, Context } from "./analysis.ts";
import { customersWith } from "./conditions.ts";

/** Customers for whom a condition over default_profile holds, beside others over their own columns. */
export const rankedWith = (condition: string, ...own: readonly Statement[]): Behind =>
  customersWith(raw(`user_id in (select user_id from default_profile where ${condition})`), ...own);

/** As `is`, for conditions that are put together as text. */
export const equals = (column: string, value: Value): string =>
  value === null ? `${column} is null` : `${column} = ${literal(value)}`;

/** Why no model is fitted to the outcomes; undefined where one is. */
export const noModel = ({ outcomes }: Pick<Context, "outcomes">): string | undefined => tooFew(outcomes);
