import { createHash, timingSafeEqual } from "node:crypto";
import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { usage } from "../../errors.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";

/** Of one request: what is longer is to be sent in parts. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Lines of one transaction. */
const PART = 5_000;

const receipt = z
  .object({
    taken: z.number().openapi({ description: "lines that were looked at; send the rest again" }),
    accepted: z.number().openapi({ description: "lines that are committed" }),
    rejected: z
      .array(z.object({ line: z.number(), reason: z.string() }))
      .openapi({ description: "lines that are in the dead letters, by number from 1" }),
    position: z.number(),
  })
  .openapi("Receipt");

const answer = (description: string) => ({
  description,
  content: { "application/json": { schema: receipt } },
});

/** Events over HTTP. */
export const eventsRoutes = (desk: Desk) =>
  routes().openapi(
    createRoute({
      method: "post",
      path: "/events",
      summary: "events, one JSON object a line; the token of the workspace is a bearer token",
      request: { body: { content: { "application/x-ndjson": { schema: z.string() } } } },
      responses: {
        202: answer("All are committed."),
        ...failures,
        400: answer("Some were bad and are in the dead letters; the others are committed."),
        429: answer("Too many at once: those taken are committed. Send the rest after Retry-After seconds."),
      },
    }),
    async (c) => {
      const { applier, workspace } = desk.live;
      if (!isToken(c, workspace.token))
        return c.json(
          {
            error: {
              code: "FORBIDDEN",
              message: "events need the token of the workspace",
              hint: "send it as `authorization: Bearer TOKEN`; it is in the file events.token of the workspace",
            },
          },
          401,
        ) as never;
      const lines = linesOf(await c.req.text());
      let taken = 0;
      let accepted = 0;
      const rejected: { line: number; reason: string }[] = [];
      while (taken < lines.length && applier.room > 0) {
        const part = lines.slice(taken, taken + Math.min(PART, applier.room));
        const done = await applier.apply({ via: "http", lines: part.map(({ text }) => text) });
        for (const { line, reason } of done.rejected)
          rejected.push({ line: part[line - 1]?.line ?? 0, reason });
        accepted += done.accepted;
        taken += part.length;
      }
      const told = {
        taken: lines[taken - 1]?.line ?? 0,
        accepted,
        rejected,
        position: applier.totals.position,
      };
      if (taken < lines.length) {
        c.header("retry-after", "1");
        return c.json(told, 429);
      }
      return rejected.length > 0 ? c.json(told, 400) : c.json(told, 202);
    },
  );

function isToken(c: Context, token: string): boolean {
  const given = /^Bearer (.+)$/.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/** Lines that hold something, with their numbers from 1. */
function linesOf(body: string): { line: number; text: string }[] {
  if (body.length > MOST_BYTES)
    throw usage(
      `${body.length} characters of events in one request`,
      `send at most ${MOST_BYTES} at once, in several requests`,
    );
  return body
    .split("\n")
    .map((text, i) => ({ line: i + 1, text: text.trim() }))
    .filter(({ text }) => text !== "");
}
