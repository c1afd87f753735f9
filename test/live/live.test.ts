import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DuckDBEngine } from "../../src/engines/duckdb.ts";
import { wholePortfolio } from "../../src/explore/look.ts";
import { inputsOf } from "../../src/ingest/ingest.ts";
import { Live } from "../../src/live/live.ts";
import { buildModels, models } from "../../src/models/build.ts";
import { raw } from "../../src/sql/statement.ts";
import { after, type Tables } from "./oracle.ts";
import { eventsAbout, folder, plain, sampleFiles, tablesOf } from "./portfolio.ts";
import { inState } from "./state-now.ts";

let home: Awaited<ReturnType<typeof folder>>;
let files: string[];
beforeAll(async () => {
  home = await folder();
  files = await sampleFiles(home.path, 60);
});
afterAll(() => home[Symbol.asyncDispose]());

async function base(): Promise<Tables> {
  await using where = await folder();
  await using live = await Live.open(`${where.path}/ws`, files);
  await using _explorer = live.explorer;
  return await explorerTables(live);
}

const explorerTables = (live: Live): Promise<Tables> =>
  live.explorer.at(wholePortfolio, ({ engine }) => tablesOf(engine));

/** Every mart as it stands beside the same made anew from the tables. */
async function expectModelsOf(live: Live): Promise<void> {
  await live.explorer.at(wholePortfolio, async ({ engine, view }) => {
    const read = async (name: string, by = engine) => {
      const key =
        name === "card_profile" ? "card_id" : name === "offer_profile" ? "user_id, offer" : "user_id";
      return (await by.query(raw(`select * from ${name} order by ${key} nulls last`))).rows;
    };
    const found = Object.fromEntries(await Promise.all(models.map(async (name) => [name, await read(name)])));
    await using writing = await engine.connect();
    await anew(writing, async () => {
      await buildModels(writing, view);
      for (const name of models) expect(found[name]).toEqual(await read(name, writing));
    });
  });
}

async function anew(engine: DuckDBEngine, work: () => Promise<void>): Promise<void> {
  await engine.execute(raw("create schema anew"));
  await engine.execute(raw("set search_path = 'anew,main'"));
  await work();
  await engine.execute(raw("set search_path = 'main'"));
  await engine.execute(raw("drop schema anew cascade"));
}

test("the database that models were built in is locked: no files, no extensions, no settings", async () => {
  await using where = await folder();
  await using live = await Live.open(`${where.path}/ws`, files);
  await using _explorer = live.explorer;
  await live.explorer.at(wholePortfolio, async (sight) => {
    // outside of the transaction that reads
    await using engine = await sight.engine.connect();
    for (const refused of [
      `from read_text('${files[0]}')`,
      `copy users to '${where.path}/out.csv'`,
      `attach '${where.path}/other.duckdb'`,
      "install httpfs",
      "set threads = 2",
    ])
      await expect(engine.execute(raw(refused)), refused).rejects.toThrow(/refused the query/);
  });
});

test("whatever comes in whatever order, once or twice, in whatever batches, the portfolio is what the events say", async () => {
  const start = await base();
  const users = [...start.users.keys()].slice(0, 4).concat("900001");
  const cards = [...start.cards.keys()].slice(0, 5).concat("900011");
  await fc.assert(
    fc.asyncProperty(
      eventsAbout(users, cards).chain((events) =>
        fc.record({
          events: fc.constant(events),
          sent: fc
            .shuffledSubarray([...events, ...events], {
              minLength: events.length,
              maxLength: events.length * 2,
            })
            // all of them, and some twice
            .map((some) => [...some, ...events.filter((event) => !some.includes(event))]),
          cuts: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 }),
        }),
      ),
      async ({ events, sent, cuts }) => {
        await using where = await folder();
        const path = `${where.path}/ws`;
        {
          // another date would make all models anew, and hide what the changed rows alone do
          await using live = await Live.open(path, files, { asOf: "2026-10-02" });
          await using explorer = live.explorer;
          let from = 0;
          for (let i = 0; from < sent.length; i++) {
            const size = cuts[i % cuts.length] ?? 1;
            const part = sent.slice(from, from + size);
            const receipt = await live.applier.apply({
              via: "http",
              lines: part.map((e) => JSON.stringify(e)),
            });
            expect(receipt.rejected).toEqual([]);
            expect(receipt.accepted).toBe(part.length);
            from += size;
          }
          await published(live);
          expect(explorer.portfolio.asOf).toBe("2026-10-02");
          const expected = plain(after(start, events));
          expect(plain(await inState(live.workspace, tablesOf))).toEqual(expected);
          expect(plain(await explorerTables(live))).toEqual(expected);
          await expectModelsOf(live);
        }
        await using again = await Live.open(path, []);
        await using _explorer = again.explorer;
        expect(plain(await explorerTables(again))).toEqual(plain(after(start, events)));
      },
    ),
    { numRuns: 8, endOnFailure: true },
  );
}, 300_000);

async function published(live: Live): Promise<void> {
  for (let i = 0; i < 1000 && live.state.position < live.state.committed; i++) {
    expect(live.state.because).toBeNull();
    await new Promise((done) => setTimeout(done, 20));
  }
  expect(live.state.position).toBe(live.state.committed);
  // columns are looked at when it is quiet
  await expect
    .poll(
      () =>
        live.explorer.at(wholePortfolio, async ({ engine, view }) =>
          view.inputs.equals(await inputsOf(engine)),
        ),
      { timeout: 10_000, interval: 100 },
    )
    .toBe(true);
}

/** One customer, who is a year older each time. */
const line = (sequence: number) =>
  JSON.stringify({
    ...{ id: "e", source: "/core", type: "customer", subject: "900001", time: "2026-10-01T00:00:00Z" },
    ...{ sequence, data: { age: 20 + sequence } },
  });

test("of one batch the highest sequence is the state, wherever it stands, and those after it are superseded", async () => {
  await using where = await folder();
  await using live = await Live.open(`${where.path}/ws`, files);
  await using explorer = live.explorer;
  const ages = () =>
    explorer.at(wholePortfolio, async ({ engine }) => {
      const read = (table: string) => raw(`select age from ${table} where user_id = 900001`);
      return [
        (await engine.query(read("users"))).rows,
        (await engine.query(read("customer_profile"))).rows,
        await inState(
          live.workspace,
          async (state, schema) => (await state.query(read(`${schema}.users`))).rows,
        ),
      ];
    });
  await live.applier.apply({ via: "http", lines: [1, 3, 2, 3].map(line) });
  await published(live);
  expect(await ages()).toEqual(Array.from({ length: 3 }, () => [{ age: 23 }]));
  expect(live.state.counts).toEqual({ accepted: 4, superseded: 2, rejected: 0 });
  await live.applier.apply({ via: "http", lines: [5, 4].map(line) });
  await published(live);
  expect(await ages()).toEqual(Array.from({ length: 3 }, () => [{ age: 25 }]));
  expect(live.state.counts).toEqual({ accepted: 6, superseded: 3, rejected: 0 });
}, 60_000);

test("a batch that waits for its moment is committed when the next publication may begin, and not long before", async () => {
  await using where = await folder();
  await using live = await Live.open(`${where.path}/ws`, files);
  await using _explorer = live.explorer;
  for (const sequence of [1, 2, 3]) {
    await live.applier.calm();
    const began = performance.now();
    await live.applier.apply({ via: "nats", lines: [line(sequence)] });
    const took = performance.now() - began;
    await live.applier.calm();
    // publications begin 200 ms after each other, and a batch takes what the last took
    expect(performance.now() - began).toBeGreaterThan(200 - took);
    expect(live.state.position).toBe(sequence);
  }
}, 60_000);
