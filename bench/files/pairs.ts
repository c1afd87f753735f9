import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Comparison, compareFigures } from "./compare.ts";
import { type Contestant, commandOf, type Job } from "./contestants.ts";
import { cache, type Files, sizes } from "./files.ts";
import { type Limits, measure, type Usage } from "./measure.ts";
import { ourCommand } from "./ours.ts";
import type { Python } from "./packages.ts";
import type { Measured, ResultRow } from "./results.ts";
import type { Work } from "./works.ts";

export interface Options {
  readonly session: string;
  readonly runs: number | undefined;
  readonly limits: Limits;
  readonly python: Python;
}

/** Before each run of a peer there is one of ours, so that both saw the same machine. */
export async function measureWork(
  work: Work,
  peers: readonly Contestant[],
  options: Options,
): Promise<ResultRow> {
  const files = await work.files();
  const folder = join(cache, "out", work.id.replaceAll("/", "-"));
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  try {
    const race = new Race(work, files, folder, options);
    const runs = options.runs ?? work.runs;
    for (const peer of peers) await race.against(peer, peer.isSlow && work.size === "1m" ? 1 : runs);
    if (!peers.some(({ name }) => race.hasRun(name))) for (let i = 0; i < runs; i++) await race.ours();
    return await race.result();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class Race {
  readonly #work: Work;
  readonly #files: Files;
  readonly #folder: string;
  readonly #options: Options;
  readonly #document: string;
  readonly #ours: Usage[] = [];
  readonly #measured: Measured[] = [];
  #stopped: string | undefined;
  #compared: Comparison | undefined;
  #portfolio: { customers: number; cards: number } | undefined;

  constructor(work: Work, files: Files, folder: string, options: Options) {
    this.#work = work;
    this.#files = files;
    this.#folder = folder;
    this.#options = options;
    this.#document = join(folder, "ours.json");
  }

  hasRun(name: string): boolean {
    return this.#measured.some((m) => m.name === name && m.because === undefined);
  }

  async ours(): Promise<Usage | undefined> {
    // what failed once will fail again
    if (this.#stopped !== undefined) return undefined;
    const folder = join(this.#folder, "ours");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    const outcome = await measure(ourCommand(this.#work, this.#files, folder), {
      output: this.#document,
      limits: this.#options.limits,
    });
    console.log(`  cardscope ${shown(outcome)}`);
    if ("stopped" in outcome) {
      this.#stopped = outcome.stopped;
      return undefined;
    }
    this.#ours.push(outcome);
    this.#portfolio ??= await portfolioOf(this.#document);
    return outcome;
  }

  async against(peer: Contestant, runs: number): Promise<void> {
    const { name, role, needs } = peer;
    const { session, python, limits } = this.#options;
    const base = { name, role, session };
    const lacking = needs.find((need) => python.absent[need] !== undefined);
    if (lacking !== undefined) {
      this.#measured.push({ ...base, because: `absent: ${lacking} is ${python.absent[lacking]}` });
      return;
    }
    const theirs: Usage[] = [];
    const ratios: number[] = [];
    let figures: Measured["figures"];
    for (let i = 0; i < runs; i++) {
      const our = await this.ours();
      const folder = join(this.#folder, name);
      await mkdir(folder, { recursive: true });
      const job = { files: this.#files, document: this.#document, folder, python };
      const outcome = await this.#turn(peer, job, limits);
      console.log(`  ${name} ${shown(outcome)}`);
      if ("stopped" in outcome) {
        this.#measured.push({ ...base, because: outcome.stopped });
        return;
      }
      theirs.push(outcome);
      if (our !== undefined) ratios.push(outcome.wall_s / our.wall_s);
      if (i === 0 && our !== undefined && peer.isCompared && this.#work.kind !== "typed-tables")
        figures = await this.#compare(join(folder, "rows"));
      await rm(folder, { recursive: true, force: true });
    }
    this.#measured.push({
      ...base,
      ...summed(theirs),
      ...(ratios.length > 0 && { times_ours: rounded(median(ratios), 3) }),
      ...(figures !== undefined && { figures }),
    });
  }

  async #turn(peer: Contestant, job: Job, limits: Limits) {
    const command = commandOf(peer, this.#work.kind, this.#work.format);
    if (command === undefined) return { stopped: "not its work" };
    if (peer.needsDocument && this.#stopped !== undefined) return { stopped: "cardscope gave it no SQL" };
    return measure(await command(job), { output: join(job.folder, "out"), limits });
  }

  async #compare(rows: string): Promise<Measured["figures"]> {
    const compared = await compareFigures(this.#document, rows);
    this.#compared = compared;
    console.log(
      compared.differences.length === 0
        ? `    same figures (${compared.rows} rows)`
        : compared.differences.map((d) => `    ${d}`).join("\n"),
    );
    return compared.differences.length === 0 ? "same" : [...compared.differences];
  }

  async result(): Promise<ResultRow> {
    const { id, kind, size, format } = this.#work;
    const { session } = this.#options;
    const own: Measured = {
      name: "cardscope",
      role: "ours",
      session,
      ...(this.#ours.length > 0 ? summed(this.#ours) : { because: this.#stopped ?? "did not run" }),
    };
    const { customers, cards } = this.#portfolio ?? { customers: sizes[size], cards: 0 };
    return {
      id,
      kind,
      size,
      format,
      customers,
      cards,
      mib: rounded(this.#files.bytes / 2 ** 20, 1),
      ...(this.#compared && { compared: { analyses: this.#compared.analyses, rows: this.#compared.rows } }),
      measured: [own, ...this.#measured],
    };
  }
}

const summed = (usages: readonly Usage[]) => ({
  runs: usages.length,
  wall_s: rounded(median(usages.map(({ wall_s }) => wall_s)), 2),
  cpu_s: rounded(median(usages.map(({ cpu_s }) => cpu_s)), 2),
  peak_mib: Math.round(median(usages.map(({ peak_mib }) => peak_mib))),
});

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return ((sorted[low] ?? 0) + (sorted[high] ?? 0)) / 2;
}

const rounded = (value: number, digits: number) => Number(value.toFixed(digits));

const shown = (outcome: Awaited<ReturnType<typeof measure>>): string =>
  "stopped" in outcome
    ? outcome.stopped
    : `${outcome.wall_s.toFixed(2)} s, CPU ${outcome.cpu_s.toFixed(2)} s, ${Math.round(outcome.peak_mib)} MiB`;

/** Rows of the two files, as the document's first line says. */
async function portfolioOf(document: string) {
  await using file = await open(document);
  for await (const line of file.readLines()) {
    const rows = [...line.matchAll(/"table":"(users|cards)".*?"rows":(\d+)/g)];
    if (rows.length === 0) return undefined;
    const count = (table: string) => Number(rows.find(([, name]) => name === table)?.[2] ?? 0);
    return { customers: count("users"), cards: count("cards") };
  }
  return undefined;
}
