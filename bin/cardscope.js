#!/usr/bin/env node
// The build is imported rather than linked to: a rebuilt file would lose its run bit.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Program } from "./program.js";

const entry = fileURLToPath(new URL("../dist/program/main.js", import.meta.url));
if (existsSync(entry)) {
  await new Program().load(entry).main(process.argv);
} else {
  console.error("cardscope: not built yet: run npm run build");
  process.exitCode = 1;
}
