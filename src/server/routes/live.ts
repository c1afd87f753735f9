import { createRoute, z } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { lastChanges } from "../../live/changes.ts";
import type { Live } from "../../live/live.ts";
import type { Desk } from "../desk.ts";
import { failures, routes } from "../failure.ts";

const feed = z.object({
  name: z.string(),
  kind: z.enum(["nats", "kafka"]),
  status: z.enum(["connected", "reconnecting", "paused", "stopped"]),
  because: z.string().optional(),
  position: z.number().nullable(),
  pending: z.number().nullable(),
});

const state = z
  .object({
    position: z.number().openapi({ description: "events that the figures are of" }),
    committed: z.number().openapi({ description: "events that are in the workspace" }),
    as_of: z.string(),
    published_at: z.string(),
    event_time: z.string().nullable(),
    status: z.enum(["running", "paused"]),
    because: z.string().nullable(),
    rate_per_second: z.number(),
    lag_ms: z.number().nullable().openapi({
      description: "from the arrival of the first event of the last publication to its publication",
    }),
    counts: z.object({ accepted: z.number(), superseded: z.number(), rejected: z.number() }),
    dead_letters: z.number(),
    alerts_firing: z.number(),
    feeds: z.array(feed).readonly(),
    learnt_position: z.number().openapi({ description: "events that predictions are of" }),
  })
  .openapi("LiveState");
export type LiveState = z.infer<typeof state>;

const change = z.object({
  position: z.number(),
  at: z.string(),
  via: z.enum(["http", "nats", "kafka", "replay"]),
  id: z.string(),
  source: z.string(),
  type: z.enum(["customer", "card", "balance"]),
  subject: z.string(),
  op: z.enum(["upsert", "delete"]),
  sequence: z.number(),
  time: z.string(),
  outcome: z.enum(["applied", "superseded"]),
});

export type ChangeAnswer = z.infer<typeof change>;

const letter = z.object({
  number: z.number(),
  at: z.string(),
  via: z.enum(["http", "nats", "kafka", "replay"]),
  line: z.number(),
  reason: z.string(),
  body: z.string().nullable(),
  length: z.number(),
  sha256: z.string(),
});

export type LetterAnswer = z.infer<typeof letter>;

const numbers = z.object({
  numbers: z
    .array(z.number().int())
    .optional()
    .openapi({ description: "all open ones where it is left out" }),
});

const json = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { "application/json": { schema } },
});

/** Between two messages of a stream, so that proxies and browsers know that it lives. */
const HEARTBEAT_MS = 15_000;
/** New figures are told at once; a feed that reads on, or a count that moved, no sooner than this after the last. */
const LEAST_MS = 200;

/**
 * How many letters are open, counted when one came or was closed: every page is told after every publication, and the
 * count waits behind what is being written.
 */
class OpenLetters {
  #counted: { readonly live: Live; readonly came: number; readonly count: Promise<number> } | undefined;

  of(live: Live): Promise<number> {
    const came = live.applier.totals.letters;
    const known = this.#counted;
    if (known?.live === live && known.came === came) return known.count;
    const counted = { live, came, count: live.letters.count() };
    this.#counted = counted;
    // whoever asks next tries again
    counted.count.catch(() => {
      if (this.#counted === counted) this.#counted = undefined;
    });
    return counted.count;
  }

  changed(): void {
    this.#counted = undefined;
  }
}

/** What a page asks of a portfolio that changes. */
export const liveRoutes = (desk: Desk) => {
  const app = routes();
  const letters = new OpenLetters();
  const current = async (): Promise<LiveState> => {
    const { live } = desk;
    return { ...live.state, dead_letters: await letters.of(live), alerts_firing: live.alerts.firing };
  };
  app.openapi(
    createRoute({
      method: "get",
      path: "/live",
      summary: "how the live portfolio is doing",
      responses: { 200: json("Its state.", state), ...failures },
    }),
    async (c) => c.json(await current(), 200),
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/live/stream",
      summary: "the state as server-sent events: new figures at once, other news at most five times a second",
      responses: { 200: { description: "events `state`, with the position as their id" }, ...failures },
    }),
    (c) => {
      const { live } = desk;
      // a proxy that gathers what it passes on would hold events back
      c.header("x-accel-buffering", "no");
      return streamSSE(c, async (stream) => {
        let isDue = true;
        let wake: (() => void) | undefined;
        const unsubscribe = live.subscribe(() => {
          isDue = true;
          wake?.();
        });
        stream.onAbort(() => {
          unsubscribe();
          wake?.();
        });
        /** Whether something came before the time was over. */
        const woken = (ms: number) =>
          new Promise<boolean>((done) => {
            const timer = setTimeout(() => done(false), ms);
            wake = () => {
              clearTimeout(timer);
              done(true);
            };
          });
        let last = { position: -1, at: 0 };
        while (!stream.aborted) {
          if (isDue) {
            isDue = false;
            const told = await current();
            const wait = told.position === last.position ? last.at + LEAST_MS - Date.now() : 0;
            if (wait > 0) {
              // what came meanwhile may be new figures
              if (!isDue) await woken(wait);
              isDue = true;
              continue;
            }
            last = { position: told.position, at: Date.now() };
            // a slow reader is waited for, and gets the newest state then: nothing queues up
            await stream.writeSSE({ event: "state", id: String(told.position), data: JSON.stringify(told) });
          } else if (!(await woken(HEARTBEAT_MS)) && !stream.aborted) await stream.write(": alive\n\n");
        }
      });
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/live/changes",
      summary: "the last events, the newest first",
      request: { query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(50) }) },
      responses: { 200: json("Events.", z.object({ changes: z.array(change) })), ...failures },
    }),
    async (c) => {
      const { workspace, applier } = desk.live;
      const { limit } = c.req.valid("query");
      return c.json({ changes: await lastChanges(workspace, applier.totals.position, limit) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/live/dead-letters",
      summary: "what could not be applied, the newest first",
      request: {
        query: z.object({
          limit: z.coerce.number().int().min(1).max(1000).default(100),
          before: z.coerce.number().int().optional(),
        }),
      },
      responses: {
        200: json("Letters.", z.object({ total: z.number(), letters: z.array(letter) })),
        ...failures,
      },
    }),
    async (c) => {
      const { live } = desk;
      const { limit, before } = c.req.valid("query");
      return c.json({ total: await letters.of(live), letters: await live.letters.list(limit, before) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/live/dead-letters/replay",
      summary: "apply dead letters once more",
      request: { body: { content: { "application/json": { schema: numbers } } } },
      responses: {
        200: json(
          "What became of them.",
          z.object({
            accepted: z.number(),
            rejected: z.array(z.object({ number: z.number(), reason: z.string() })).readonly(),
          }),
        ),
        ...failures,
      },
    }),
    async (c) => {
      const done = await desk.live.letters.replay(c.req.valid("json").numbers);
      letters.changed();
      desk.live.tell();
      return c.json(done, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/live/dead-letters/discard",
      summary: "close dead letters that are not going to be replayed",
      request: { body: { content: { "application/json": { schema: numbers } } } },
      responses: { 200: json("How many.", z.object({ discarded: z.number() })), ...failures },
    }),
    async (c) => {
      const discarded = await desk.live.letters.discard(c.req.valid("json").numbers);
      letters.changed();
      desk.live.tell();
      return c.json({ discarded }, 200);
    },
  );
  return app;
};
