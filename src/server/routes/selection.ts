import { createRoute, z } from "@hono/zod-openapi";
import type { Look } from "../../explore/look.ts";
import { portionAt } from "../../explore/portion.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";
import { lookQuery } from "../shapes.ts";

const part = z.object({ selected: z.number(), whole: z.number() });
const selection = z.object({ customers: part, cards: part }).openapi("Selection");
export type SelectionAnswer = z.infer<typeof selection>;

/** How many customers and cards a look selects. */
export const selectionAt = (desk: Desk, look: Look, signal?: AbortSignal): Promise<SelectionAnswer> =>
  desk.explorer.at(
    look,
    async (sight) => {
      const { selected, whole } = await portionAt(sight);
      return {
        customers: { selected: selected.customers, whole: whole.customers },
        cards: { selected: selected.cards, whole: whole.cards },
      };
    },
    signal,
    { repeats: true },
  );

export const selectionRoutes = (desk: Desk) =>
  routes().openapi(
    createRoute({
      method: "get",
      path: "/selection",
      summary: "how many customers and cards a look selects",
      request: { query: lookQuery },
      responses: {
        200: { description: "their numbers", content: { "application/json": { schema: selection } } },
        ...failures,
      },
    }),
    async (c) => c.json(await selectionAt(desk, desk.look(c), c.req.raw.signal), 200),
  );
