import { models } from "../../models/build.ts";
import type { Sight } from "../explorer.ts";

/** The models of the portfolio as it was opened. */
const OPENED = "main";

/** A SELECT over the models as they were opened, and over those of the look; both narrowed alike. */
export interface Sides {
  readonly opened: (select: string) => string;
  readonly now: (select: string) => string;
}

/**
 * The models of both sides are in one database, in a schema each. A table expression of a model's name says which
 * one is meant; those of the filters read that in turn.
 */
export const sidesOf = ({ schema, view }: Sight): Sides => ({
  opened: (select) => within(OPENED, view.narrow?.(select) ?? select),
  now: (select) => within(schema, view.narrow?.(select) ?? select),
});

const within = (schema: string, select: string): string =>
  `with ${models
    .map((model) => `${model} as not materialized (select * from ${schema}.${model})`)
    .join(",\n")}\nselect * from (\n${select}\n) selected`;
