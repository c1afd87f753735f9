import { open } from "node:fs/promises";
import type { Writable } from "node:stream";
import { type Document, describe, type Findings } from "./document.ts";

/** The first characters of every document. */
const HEAD = '{"as_of":';
/** Strings are gathered to about this length before they are handed on. */
const CHUNK = 65_536;

/**
 * The whole document as JSON, every row of every list, in pieces of constant size. Each analysis and each row
 * begins a line of its own.
 */
export async function* jsonChunks(findings: Findings): AsyncGenerator<string | Uint8Array> {
  const head: Pick<Document, "as_of" | "as_of_source" | "shared" | "look" | "inputs" | "issues"> = {
    as_of: findings.asOf,
    as_of_source: findings.asOfSource,
    ...(findings.shared && { shared: true }),
    ...(findings.look && { look: findings.look }),
    inputs: findings.sources,
    issues: findings.issues,
  };
  let text = `${JSON.stringify(head).slice(0, -1)},\n"analyses":{`;
  for (const [index, result] of findings.results.entries()) {
    const { id } = result.analysis;
    text += `${index === 0 ? "" : ","}\n${JSON.stringify(id)}:${JSON.stringify(describe(result)).slice(0, -1)},"rows":`;
    // writing a row here takes ten times as long as in the engine
    if (result.total > result.rows.length && findings.jsonRows !== undefined) {
      yield text;
      yield* findings.jsonRows(id);
      text = "}";
      continue;
    }
    text += "[";
    let separator = "\n";
    for await (const rows of findings.rows(id)) {
      for (const row of rows) {
        text += separator + JSON.stringify(row);
        separator = ",\n";
        if (text.length > CHUNK) {
          yield text;
          text = "";
        }
      }
    }
    text += "]}";
  }
  yield `${text}},\n"not_computable":${JSON.stringify(findings.notComputable)}}\n`;
}

/**
 * Writes the document and leaves the stream open. A reader that has seen enough (`| head`) ends the writing
 * without an error: false says so.
 */
export async function writeJson(
  findings: Findings,
  to: Writable,
  { signal }: { signal?: AbortSignal } = {},
): Promise<boolean> {
  // The stream reports a failure to the write and as an event; only the first is waited for.
  const ignore = () => {};
  to.on("error", ignore);
  for await (const chunk of jsonChunks(findings)) {
    signal?.throwIfAborted();
    try {
      await new Promise<void>((done, failed) => {
        to.write(chunk, (error) => (error ? failed(error) : done()));
      });
    } catch (error) {
      if (CLOSED.has((error as NodeJS.ErrnoException).code ?? "")) return false;
      throw error;
    }
  }
  to.off("error", ignore);
  return true;
}

const CLOSED = new Set(["EPIPE", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"]);

/** The analyses of a document that `jsonChunks` wrote; undefined for any other file. */
export async function analysesIn(path: string): Promise<ReadonlySet<string> | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD.length), 0, HEAD.length, 0);
    if (buffer.toString("latin1", 0, bytesRead) !== HEAD) return undefined;
    const ids = new Set<string>();
    for await (const line of file.readLines({ encoding: "utf8", start: 0 })) {
      const id = /^"([^"\\]+)":\{"title":/.exec(line)?.[1];
      if (id !== undefined) ids.add(id);
    }
    return ids;
  } finally {
    await file.close();
  }
}
