import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const { Program, cacheOf } = await import(new URL("../bin/program.js", import.meta.url).href);
const cacheProgram = fileURLToPath(new URL("../scripts/cache-program.mjs", import.meta.url));

describe("the built program's files", () => {
  let folder: string;
  let main: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "cardscope-program-"));
    main = join(folder, "main.js");
    await writeFile(join(folder, "package.json"), '{ "type": "commonjs" }');
    // V8 compiles no text twice in a process
    await writeFile(main, `exports.main = () => require("./part.js").product(6, 7); // ${folder}`);
    await writeFile(join(folder, "part.js"), `exports.product = (a, b) => a * b; // ${folder}`);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const compiled = () => execFileSync(process.execPath, [cacheProgram, main, "[[]]"]);
  const loaded = () => {
    const program = new Program();
    const result = program.load(main).main();
    const refused = [...program.scripts.values()].map((script) => script.cachedDataRejected);
    return { result, refused };
  };

  test("run without what V8 made of them", () => {
    expect(loaded()).toEqual({ result: 42, refused: [undefined, undefined] });
  });

  test("run with it", () => {
    compiled();
    expect(loaded()).toEqual({ result: 42, refused: [false, false] });
  });

  test("are compiled where it is another version's, or damaged", async () => {
    compiled();
    const ofAnother = await readFile(cacheOf(main));
    // behind a number that says what it is, the version
    ofAnother.writeUInt32LE(ofAnother.readUInt32LE(4) ^ 1, 4);
    await writeFile(cacheOf(main), ofAnother);
    await writeFile(cacheOf(join(folder, "part.js")), "damaged");
    expect(loaded()).toEqual({ result: 42, refused: [true, true] });
  });
});
