/**
 * Writes the files that follow from others: `npm run gen`. With `--check`, changes nothing and fails where one is
 * stale. They are committed, so that they can be read and linked without running anything.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const isCheck = process.argv.includes("--check");
let stale = 0;

function put(file: string, text: string): void {
  let current: string | undefined;
  try {
    current = readFileSync(join(root, file), "utf8");
  } catch {
    // not written yet
  }
  if (current === text) return;
  if (isCheck) {
    console.error(`stale: ${file}: run npm run gen`);
    stale++;
    return;
  }
  mkdirSync(join(root, file, ".."), { recursive: true });
  writeFileSync(join(root, file), text);
  console.log(`wrote ${file}`);
}

function analysesIndex(): string {
  const folder = join(root, "src/analyses");
  const ids = readdirSync(folder)
    .filter((file) => readFileSync(join(folder, file), "utf8").includes("export default defineAnalysis("))
    .map((file) => file.replace(/\.ts$/, ""))
    .sort();
  const name = (id: string) => id.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return [
    "// Written by `npm run gen` from the files of this folder.",
    ...ids.map((id) => `import ${name(id)} from "./${id}.ts";`),
    "",
    "export const analyses = {",
    ...ids.map((id) => `  "${id}": ${name(id)},`.replace(/^ {2}"(\w+)": \1,$/, "  $1,")),
    "} as const;",
    "",
  ].join("\n");
}

put("src/analyses/index.ts", analysesIndex());
// read after the index is written, since a new analysis is in it only now
const { referencePages } = await import("./reference.ts");
for (const [file, text] of Object.entries(await referencePages())) put(file, text);
const { eventJsonSchema } = await import("../src/schema/event.ts");
put("docs/event.schema.json", `${JSON.stringify(eventJsonSchema(), null, 2)}\n`);
process.exitCode = stale > 0 ? 1 : 0;
