import { writeFileSync } from "node:fs";
import { cacheOf, Program } from "../bin/program.js";

/**
 * Runs the built program, `cache-program.mjs MAIN COMMANDS`, where COMMANDS are lists of arguments as JSON; of one that
 * serves, its first page is asked for. Then it keeps what V8 made of it for `bin/program.js`: what has not run is not in
 * it, and is compiled when it does.
 */
const [, , main, commands] = process.argv;
const program = new Program();
let tell;
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...more) => {
  const url = /is at (http:\S+)/.exec(String(text))?.[1];
  if (url !== undefined) tell(url);
  return write(text, ...more);
};
for (const command of JSON.parse(commands)) {
  const served = new Promise((done) => {
    tell = done;
  });
  const running = program.load(main).main([process.execPath, main, ...command]);
  const url = await Promise.race([running, served]);
  if (typeof url === "string") {
    // a build does without, where nothing can be asked for
    await fetch(url).then(
      (page) => page.text(),
      () => {},
    );
    process.emit("SIGINT");
    await running;
    process.exitCode = 0;
  }
}
for (const [path, script] of program.scripts) writeFileSync(cacheOf(path), script.createCachedData());
