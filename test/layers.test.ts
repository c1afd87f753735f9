import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Reading order is data flow is layer order: a file imports from its own layer or from one before it. */
const layers: readonly (readonly string[])[] = [
  ["errors.ts", "progress.ts", "schema", "sql"],
  ["engines"],
  ["places"],
  ["risk"],
  ["ingest"],
  ["models"],
  ["analyses"],
  ["outputs"],
  ["portfolio"],
  ["sample"],
  ["explore"],
  ["live"],
  ["feeds"],
  ["server"],
  ["index.ts", "cli"],
];
const src = fileURLToPath(new URL("../src/", import.meta.url));
const layerOf = (path: string) => layers.findIndex((names) => names.includes(path.split("/")[0] ?? ""));

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts"));

function importsOf(path: string): string[] {
  const text = readFileSync(`${src}${path}`, "utf8");
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) => match[1] ?? "");
  return found.map((target) => new URL(target, `file:///${path}`).pathname.slice(1));
}

test("every file has a layer", () => {
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((path) => layerOf(path) < 0)).toEqual([]);
});

test("no import points upward", () => {
  const upward = files.flatMap((path) =>
    importsOf(path)
      .filter((target) => layerOf(target) > layerOf(path))
      .map((target) => `${path} imports ${target}`),
  );
  expect(upward).toEqual([]);
});

test("the web takes only types and formats from the program", () => {
  const web = fileURLToPath(new URL("../web/", import.meta.url));
  const taken = readdirSync(web, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(ts|svelte)$/.test(path))
    .flatMap((path) =>
      [
        ...readFileSync(`${web}${path}`, "utf8").matchAll(
          /^\s*import\s+(?!type\b)[^;]*?from\s+"([^"]*\/src\/[^"]+)"/gm,
        ),
      ].map((match) => `${path} imports ${match[1]}`),
    );
  expect(taken).toEqual([]);
});
