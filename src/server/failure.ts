import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { CardscopeError, type ErrorCode, usage } from "../errors.ts";
import { StillOpening } from "./desk.ts";

/** What an answer holds when it is not what was asked for. */
export const failureSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      hint: z.string().optional(),
    }),
  })
  .openapi("Failure");

const statuses = {
  USAGE: 400,
  QUERY_REFUSED: 400,
  QUERY_FAILED: 400,
  NOT_FOUND: 404,
  WORKSPACE_IN_USE: 409,
  DATA_REFUSED: 422,
  NOT_COMPUTABLE: 422,
  RESULT_SHAPE: 500,
  OUTPUT_FAILED: 500,
  OUT_OF_SPACE: 507,
} as const satisfies Record<ErrorCode, number>;

/** An error as an answer: what a caller can act on is told, a fault of ours is logged and not described. */
export function failure(error: unknown, c: Context): Response {
  if (c.req.raw.signal.aborted) return new Response(null, { status: 499 });
  if (error instanceof CardscopeError)
    return c.json(
      { error: { code: error.code, message: error.message, ...(error.hint && { hint: error.hint }) } },
      statuses[error.code],
    );
  if (error instanceof StillOpening) {
    const { code, message, hint } = error;
    return c.json({ error: { code, message, hint } }, 503, { "retry-after": "1" });
  }
  if (error instanceof Error && error.name === "AbortError")
    return c.json(
      { error: { code: "CLOSED", message: "the portfolio was closed meanwhile", hint: "reload the page" } },
      503,
    );
  // a request that is no JSON, or not said to be
  if (error instanceof HTTPException && error.status < 500)
    return c.json({ error: { code: "USAGE", message: error.message.toLowerCase() } }, error.status);
  console.error(error);
  return c.json(
    {
      error: {
        code: "FAULT",
        message: "this is a fault in Cardscope, not in your files",
        hint: "the terminal that runs it shows the details",
      },
    },
    500,
  );
}

/** Routes whose requests are checked: what is not as described is told as any other failure is. */
export const routes = (): OpenAPIHono =>
  new OpenAPIHono({
    defaultHook(result) {
      if (result.success) return;
      const [issue] = result.error.issues;
      const name = issue?.path.join(".") ?? "";
      throw usage(
        `${name === "" ? "the request" : name}: ${issue?.message.toLowerCase() ?? "not as described"}`,
        "see /api/openapi.json",
      );
    },
  });

/** Failures that a route may answer with, for its OpenAPI description. */
export const failures = {
  "4XX": {
    description: "The request cannot be carried out; the message says why, the hint what to do.",
    content: { "application/json": { schema: failureSchema } },
  },
  "5XX": {
    description:
      "503, with retry-after: the portfolio is being opened. 507: the disk or the memory is used up. 500: a fault in Cardscope.",
    content: { "application/json": { schema: failureSchema } },
  },
} as const;
