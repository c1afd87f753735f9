import { writeFileSync } from "node:fs";
import { cacheOf, Program } from "../bin/program.js";

/**
 * Runs the built program, `cache-program.mjs MAIN USERS CARDS`: an analysis, and a dashboard whose first page is asked
 * for. Then it keeps what V8 made of it for `bin/program.js`: what has not run is not in it, and is compiled when it does.
 */
const [, , main, ...files] = process.argv;
const program = new Program();
const run = (...command) => program.load(main).main([process.execPath, main, ...command]);

await run("analyze", ...files, "--quiet", "--json");
const served = new Promise((done) => {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text, ...more) => {
    const url = /is at (http:\S+)/.exec(String(text))?.[1];
    if (url !== undefined) done(url);
    return write(text, ...more);
  };
});
const serving = run(...files, "--no-open", "--quiet");
await fetch(await served).then((page) => page.text());
process.emit("SIGINT");
await serving;
process.exitCode = 0;
for (const [path, script] of program.scripts) writeFileSync(cacheOf(path), script.createCachedData());
