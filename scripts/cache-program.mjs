import { writeFileSync } from "node:fs";
import { cacheOf, Program } from "../bin/program.js";

/**
 * Runs the built program, `cache-program.mjs MAIN ARGUMENT…`, and then keeps what V8 made of it for `bin/program.js`:
 * what has not run is not in it, and is compiled when it does.
 */
const [, , main, ...command] = process.argv;
const program = new Program();
await program.load(main).main([process.execPath, main, ...command]);
for (const [path, script] of program.scripts) writeFileSync(cacheOf(path), script.createCachedData());
