/** Writes the files that follow from others: `npm run gen`. With `--check`, fails where one is stale. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const analysesFolder = new URL("../src/analyses/", import.meta.url);

function analysesIndex(): string {
  const ids = readdirSync(analysesFolder)
    .filter((file) =>
      readFileSync(new URL(file, analysesFolder), "utf8").includes("export default defineAnalysis("),
    )
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

const generated: readonly (readonly [URL, string])[] = [
  [new URL("index.ts", analysesFolder), analysesIndex()],
];

let stale = 0;
for (const [file, text] of generated) {
  let current = "";
  try {
    current = readFileSync(file, "utf8");
  } catch {
    // not written yet
  }
  if (current === text) continue;
  if (process.argv.includes("--check")) {
    console.error(`stale: ${file.pathname.split("/").slice(-3).join("/")}: run npm run gen`);
    stale++;
  } else writeFileSync(file, text);
}
process.exitCode = stale > 0 ? 1 : 0;
