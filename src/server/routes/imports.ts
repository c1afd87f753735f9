import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { usage } from "../../errors.ts";
import { HEADER_LENGTH, type Proposal } from "../../ingest/propose.ts";
import { checkDate } from "../../portfolio/options.ts";
import { failure, failures } from "../failure.ts";
import type { Imports, Reading } from "../imports/imports.ts";
import type { JobReport } from "../imports/jobs.ts";
import { ImportRefusal } from "../imports/refusals.ts";
import { far, farOf } from "./opening.ts";

const table = z.enum(["users", "cards"]);
const namedHeader = z.object({ column: z.string(), header: z.string() });

const upload = z.object({ id: z.string(), name: z.string(), bytes: z.number() }).openapi("Upload");

const refusal = z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() });

const proposedTable = z
  .object({
    choice: z.string().openapi({ description: "the table of the files that is read; one of choices" }),
    file: z.string(),
    sheet: z.string().nullable(),
    row: z.number().openapi({ description: "the row that holds the headers" }),
    columns: z
      .array(
        z.object({
          column: z.string(),
          label: z.string(),
          doc: z.string(),
          need: z.enum(["required", "domain", "optional"]),
          header: z.string().nullable(),
          standin: z.string().nullable(),
          guessed: z.boolean(),
          chosen: z.boolean(),
          readable: z.boolean(),
          samples: z.array(z.string()).readonly(),
        }),
      )
      .readonly(),
    headers: z.array(z.string()).readonly(),
    ignored: z.array(z.string()).readonly(),
    more: z.number().openapi({ description: "headers that are ignored beyond those listed" }),
    spare: z.array(namedHeader).readonly(),
    unreadable: z.array(namedHeader).readonly(),
  })
  .openapi("ProposedTable");

const proposal = z
  .object({
    users: proposedTable.nullable(),
    cards: proposedTable.nullable(),
    choices: z
      .array(
        z.object({
          name: z.string(),
          file: z.string(),
          sheet: z.string().nullable(),
          hidden: z.boolean(),
          headers: z.array(z.string()).readonly(),
        }),
      )
      .readonly(),
    refusal: refusal.nullable().openapi({ description: "why the files cannot be read as proposed" }),
  })
  .openapi("Proposal");

const binding = z.object({
  uploads: z.array(z.string().max(100)).min(1).max(2),
  map: z
    .record(z.string().max(100), z.string().max(HEADER_LENGTH))
    .refine((map) => Object.keys(map).length <= 100, "at most 100 columns")
    .optional()
    .openapi({
      description: "column to header; an empty header leaves the column out",
      example: { "users.annual_income_usd": "Gross Pay" },
    }),
  sheets: z
    .partialRecord(table, z.string().max(HEADER_LENGTH))
    .optional()
    .openapi({
      description: "the choice to read a table from",
      example: { users: "Clients" },
    }),
});

const reading = binding.extend({
  as_of: z.string().optional().openapi({ description: "YYYY-MM-DD", example: "2020-02-29" }),
});

const job = z
  .object({
    id: z.string(),
    state: z.enum(["reading", "done", "refused", "failed", "stopped"]),
    ...far,
    seconds: z.number(),
    error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
    portfolio: z
      .object({
        as_of: z.string(),
        tables: z.array(z.object({ table, file: z.string(), rows: z.number() })).readonly(),
      })
      .optional(),
  })
  .openapi("ImportJob");

const imports = z
  .object({
    bytes: z.number().openapi({ description: "the most that one file may have" }),
    job: z.string().nullable().openapi({ description: "the job that reads files now" }),
  })
  .openapi("Imports");

export type Upload = z.infer<typeof upload>;
export type ImportProposal = z.infer<typeof proposal>;
export type ImportJob = z.infer<typeof job>;
export type ImportsInfo = z.infer<typeof imports>;

const json = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { "application/json": { schema } },
});
const body = <T extends z.ZodType>(schema: T) => ({
  body: { required: true, content: { "application/json": { schema } } },
});
const idParam = { params: z.object({ id: z.string().max(100) }) };
const BODY_BYTES = 256 * 1024;

/**
 * Files from the page: sent one by one, looked at, read into the portfolio that is open. `check` throws where none
 * are taken.
 */
export function importsRoutes(from: Imports, check: () => void = () => {}): OpenAPIHono {
  const routes = new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return;
      const [issue] = result.error.issues;
      throw usage(`${issue?.path.join(".") || "the request"}: ${issue?.message ?? "not as described"}`);
    },
  });
  routes.onError(answer);
  for (const path of ["/imports", "/imports/*"])
    routes.use(path, bodyLimit({ maxSize: BODY_BYTES, onError: () => refuseBody() }));
  for (const path of ["/uploads", "/imports", "/imports/proposal"])
    routes.post(path, async (_, next) => {
      check();
      await next();
    });
  return routes
    .openapi(
      createRoute({
        method: "post",
        path: "/uploads",
        summary: "sends a file: its bytes are the body",
        request: {
          query: z.object({ name: z.string().openapi({ example: "users.xlsx" }) }),
          body: {
            required: true,
            content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
          },
        },
        responses: { 201: json("the file is here", upload), ...failures },
      }),
      async (c) => {
        const { name } = c.req.valid("query");
        const declared = Number(c.req.header("content-length") ?? Number.NaN);
        const bytes = Number.isNaN(declared) ? undefined : declared;
        return c.json(await from.uploads.receive(name, c.req.raw.body, bytes), 201);
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/uploads/{id}",
        summary: "takes a file back",
        request: idParam,
        responses: { 204: { description: "the file is gone" }, ...failures },
      }),
      async (c) => {
        await from.uploads.remove([c.req.valid("param").id]);
        return c.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/imports",
        summary: "what may be sent, and whether files are being read",
        responses: { 200: json("limits and the job", imports), ...failures },
      }),
      (c) => c.json({ bytes: from.uploads.limits.bytes, job: from.jobs.reading ?? null }, 200),
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/imports/proposal",
        summary: "which header of the files would feed which column",
        request: body(binding),
        responses: { 200: json("what would be read, or why it is refused", proposal), ...failures },
      }),
      async (c) => {
        const { uploads, ...options } = c.req.valid("json");
        const found: Proposal = await from.propose(uploads, readingOf(options), c.req.raw.signal);
        return c.json(found, 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/imports",
        summary: "begins to read the files",
        request: body(reading),
        responses: {
          202: json("the job that reads them", z.object({ job: z.string() })),
          ...failures,
        },
      }),
      (c) => {
        const { uploads, as_of, ...options } = c.req.valid("json");
        if (as_of !== undefined) checkDate(as_of);
        const asOf = as_of === undefined ? {} : { asOf: as_of };
        return c.json({ job: from.start(uploads, { ...readingOf(options), ...asOf }).id }, 202);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/imports/{id}",
        summary: "how far the reading is",
        request: idParam,
        responses: { 200: json("the job", job), ...failures },
      }),
      (c) => c.json(shown(from.jobs.find(c.req.valid("param").id)), 200),
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/imports/{id}",
        summary: "stops the reading; what is open stays open",
        request: idParam,
        responses: { 200: json("the job", job), ...failures },
      }),
      (c) => c.json(shown(from.jobs.stop(c.req.valid("param").id)), 200),
    );
}

const readingOf = ({ map, sheets }: Pick<z.infer<typeof binding>, "map" | "sheets">): Reading => ({
  ...(map && { map }),
  ...(sheets && { sheets: withoutGaps(sheets) }),
});

const withoutGaps = ({ users, cards }: NonNullable<z.infer<typeof binding>["sheets"]>) => ({
  ...(users !== undefined && { users }),
  ...(cards !== undefined && { cards }),
});

function shown({ portfolio, done, ...report }: JobReport): ImportJob {
  const told = { ...report, ...farOf(done) };
  if (portfolio === undefined) return told;
  const { asOf, sources } = portfolio;
  const tables = sources.map(({ table, file, rows }) => ({ table, file, rows }));
  return { ...told, portfolio: { as_of: asOf, tables } };
}

function answer(error: unknown, c: Context): Response {
  if (!(error instanceof ImportRefusal)) return failure(error, c);
  const { code, message, hint, status } = error;
  return c.json({ error: { code, message, hint } }, status);
}

function refuseBody(): never {
  throw usage(`a request of more than ${BODY_BYTES / 1024} KiB`);
}
