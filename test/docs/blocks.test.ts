import { expect, test } from "vitest";
import { type Block, pages } from "./markdown.ts";
import { Desk, isShown } from "./run-blocks.ts";

/**
 * A block marked `sh run` or `ts run` must end well, `sh fails N` with that exit code. A block `text output` after it
 * is what it prints, `text error` what it says on standard error.
 */
const isRun = ({ info }: Block) => /^(?:sh|ts) run$|^sh fails \d$/.test(info);

const runnable = pages.filter(({ blocks }) => blocks.some(isRun));

test("the pages that promise it have commands that run", () => {
  expect(runnable.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      "README.md",
      "docs/cli.md",
      "docs/json.md",
      "docs/guides/reading-files.md",
      "docs/guides/committee-questions.md",
      "docs/guides/as-of-and-expiry.md",
      "docs/guides/library.md",
      "docs/guides/default-models.md",
    ]),
  );
});

test("every marked block is of a kind that is known", () => {
  const unknown = pages.flatMap(({ path, blocks }) =>
    blocks.flatMap(({ info, line }) =>
      / /.test(info) && !/^(?:(?:sh|ts) run|sh fails \d|text (?:output|error)|ts example \S+)$/.test(info)
        ? [`${path}:${line}: ${info}`]
        : [],
    ),
  );
  expect(unknown).toEqual([]);
});

test.each(runnable.map((page) => [page.path, page] as const))(
  "%s",
  { timeout: 600_000 },
  async (path, { blocks }) => {
    await using desk = await Desk.set();
    for (const [i, block] of blocks.entries()) {
      if (!isRun(block)) continue;
      const ran = await (block.info.startsWith("ts") ? desk.script(block.text) : desk.shell(block.text));
      const at = `${path}:${block.line}`;
      const expected = Number(/fails (\d)/.exec(block.info)?.[1] ?? 0);
      expect(ran.code, `${at}: exit code; it said: ${ran.stderr}`).toBe(expected);
      for (const shown of [blocks[i + 1], blocks[i + 2]]) {
        if (shown === undefined || !/^text (?:output|error)$/.test(shown.info)) break;
        const stream = shown.info === "text output" ? ran.stdout : ran.stderr;
        if (!isShown(stream, shown.text)) expect(stream, `${path}:${shown.line}`).toBe(shown.text);
      }
    }
  },
);
