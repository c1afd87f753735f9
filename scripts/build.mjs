import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { buildProgram } from "./build-program.mjs";
import { buildWeb } from "./build-web.mjs";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

execFileSync(process.execPath, [tsc, "-p", at("tsconfig.build.json")], { stdio: "inherit" });
cpSync(at("src/models"), at("dist/models"), {
  recursive: true,
  filter: (path) => !/\.[a-z]+$/.test(path) || path.endsWith(".sql"),
});
await buildWeb();
// whose first page is asked for
await buildProgram();
