import { createRoute, z } from "@hono/zod-openapi";
import type { StepProgress } from "../../progress.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";

/** How far what is being done is. */
export const far = {
  step: z.string().openapi({ description: "what is being done", example: "reading cards" }),
  share: z.number().nullable().openapi({ description: "of the step that is done; null where unknown" }),
  rows: z.number().nullable().openapi({ description: "of the whole step; null where unknown" }),
};

/** The share and the rows of `far`. */
export const farOf = (done: StepProgress | undefined) => ({
  share: done?.share ?? null,
  rows: done?.rows === undefined ? null : Math.round(done.rows),
});

const opening = z
  .object({
    ...far,
    seconds: z.number().openapi({ description: "since the start" }),
  })
  .openapi("Opening");

export type OpeningInfo = z.infer<typeof opening>;

/** How far the portfolio is that is being opened; null where none is. */
export function openingInfo({ opening }: Desk): OpeningInfo | null {
  if (opening === undefined) return null;
  const { step, done, began } = opening;
  return {
    step,
    ...farOf(done),
    seconds: Math.round((Date.now() - began) / 100) / 10,
  };
}

export const openingRoutes = (desk: Desk) =>
  routes().openapi(
    createRoute({
      method: "get",
      path: "/opening",
      summary: "how far the files or the workspace are that are being opened at the start",
      responses: {
        200: {
          description: "the step, or null when nothing is being opened",
          content: { "application/json": { schema: z.object({ opening: opening.nullable() }) } },
        },
        ...failures,
      },
    }),
    (c) => c.json({ opening: openingInfo(desk) }, 200),
  );
