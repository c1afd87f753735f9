#!/usr/bin/env node
// The build is imported rather than linked to: a rebuilt file would lose its run bit.
import { existsSync } from "node:fs";

const entry = new URL("../dist/program/main.js", import.meta.url);
if (existsSync(entry)) {
  const { main } = await import(entry.href);
  await main(process.argv);
} else {
  console.error("cardscope: not built yet: run npm run build");
  process.exitCode = 1;
}
