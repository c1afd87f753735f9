import type { DuckDBEngine } from "../engines/duckdb.ts";
import { CardscopeError } from "../errors.ts";
import { literal, raw } from "../sql/statement.ts";
import type { Applier } from "./applier.ts";
import type { Via } from "./delivery.ts";
import type { Workspace } from "./workspace.ts";

/** What could not be applied. */
export interface DeadLetter {
  readonly number: number;
  /** When it came. */
  readonly at: string;
  readonly via: Via;
  /** Its line in what it came with. */
  readonly line: number;
  readonly reason: string;
  /** With card-shaped digits masked; null where it was no JSON object. */
  readonly body: string | null;
  readonly length: number;
  readonly sha256: string;
}

export interface Replay {
  readonly accepted: number;
  readonly rejected: readonly { readonly number: number; readonly reason: string }[];
}

const columns = `number, strftime(arrived, '%Y-%m-%dT%H:%M:%S.%gZ') as at, via, line, reason, body, length, sha256`;

/** The open dead letters of a workspace. */
export class DeadLetters {
  readonly #workspace: Workspace;
  readonly #applier: Applier;

  constructor(workspace: Workspace, applier: Applier) {
    this.#workspace = workspace;
    this.#applier = applier;
  }

  async count(): Promise<number> {
    const { rows } = await this.#read("select count(*) as n from dead_letters where state = 'open'");
    return Number(rows[0]?.["n"]);
  }

  /** The newest first, from below `before` where it is given. */
  async list(limit: number, before?: number): Promise<DeadLetter[]> {
    const { rows } = await this.#read(
      `select ${columns} from dead_letters
      where state = 'open' ${before === undefined ? "" : `and number < ${literal(before)}`}
      order by number desc limit ${literal(limit)}`,
    );
    return rows as unknown as DeadLetter[];
  }

  /**
   * Applies letters once more, all open ones where none is named: what was wrong may be mended, such as a clock. What
   * still cannot be applied stays a letter, under a new number. Throws NOT_FOUND for a number that is not open.
   */
  async replay(numbers?: readonly number[]): Promise<Replay> {
    const chosen = await this.#chosen(numbers);
    const replayable = chosen.filter(({ body }) => body !== null);
    const receipt = await this.#applier.apply({
      via: "replay",
      lines: replayable.map(({ body }) => String(body)),
    });
    await this.#close(
      replayable.map(({ number }) => number),
      "replayed",
    );
    return {
      accepted: receipt.accepted,
      rejected: [
        ...receipt.rejected.map(({ line, reason }) => ({
          number: replayable[line - 1]?.number ?? 0,
          reason,
        })),
        ...chosen
          .filter(({ body }) => body === null)
          .map(({ number }) => ({ number, reason: "its text was not kept" })),
      ],
    };
  }

  /** Closes letters that nobody is going to replay. */
  async discard(numbers?: readonly number[]): Promise<number> {
    const chosen = await this.#chosen(numbers);
    await this.#close(
      chosen.map(({ number }) => number),
      "discarded",
    );
    return chosen.length;
  }

  async #chosen(numbers: readonly number[] | undefined): Promise<{ number: number; body: string | null }[]> {
    if (numbers?.length === 0) return [];
    const named = numbers === undefined ? "" : `and number in (${numbers.map(literal).join(", ")})`;
    const { rows } = await this.#read(
      `select number, body from dead_letters where state = 'open' ${named} order by number`,
    );
    const missing = numbers?.find((number) => !rows.some((row) => row["number"] === number));
    if (missing !== undefined) throw new CardscopeError("NOT_FOUND", `no open dead letter ${missing}`);
    return rows as unknown as { number: number; body: string | null }[];
  }

  async #close(numbers: readonly number[], state: "replayed" | "discarded"): Promise<void> {
    if (numbers.length === 0) return;
    await using engine = await this.#workspace.engine.connect();
    await engine.execute(
      raw(
        `update dead_letters set state = ${literal(state)} where number in (${numbers.map(literal).join(", ")})`,
      ),
    );
  }

  async #read(text: string): ReturnType<DuckDBEngine["query"]> {
    await using engine = await this.#workspace.engine.connect();
    return await engine.query(raw(text));
  }
}
