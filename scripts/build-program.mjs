import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/**
 * Builds dist/program: the command line in a few files instead of four hundred, which a short run would spend more time on
 * finding than on running. What only the dashboard needs, or has parts of its own beside it, stays a package. The files
 * are CommonJS, which alone can be loaded with what V8 made of it before (`bin/program.js`).
 */
export async function buildProgram({ logLevel = "warn" } = {}) {
  await build({
    configFile: false,
    logLevel,
    root: at("."),
    publicDir: false,
    plugins: [requireAsImport, importByLoader],
    build: {
      ssr: true,
      target: "node20",
      outDir: at("dist/program"),
      emptyOutDir: true,
      license: { fileName: "licences.md" },
      rolldownOptions: {
        input: { main: at("src/cli/main.ts"), "workbook-thread": at("src/ingest/xlsx/workbook-thread.ts") },
        // beside one another, so that they find files from where they are as the modules do that they are made of
        output: { format: "cjs", entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
        // what has none in CommonJS is for the sources alone (`ingest/xlsx/workbook-apart.ts`)
        checks: { pluginTimings: false, emptyImportMeta: false },
      },
    },
    ssr: {
      noExternal: true,
      external: [
        "@duckdb/node-bindings",
        "@nats-io/jetstream",
        "@nats-io/transport-node",
        "@platformatic/kafka",
        "open",
      ],
    },
  });
  cpSync(at("src/models/marts"), at("dist/program/marts"), { recursive: true });
  writeFileSync(at("dist/program/package.json"), '{ "type": "commonjs" }\n');
  cacheProgram();
}

/** Has V8 compile what an analysis and the first page of a dashboard need. */
function cacheProgram() {
  const folder = mkdtempSync(join(tmpdir(), "cardscope-build-"));
  const run = (script, ...command) =>
    execFileSync(process.execPath, [script, ...command], { stdio: ["ignore", "ignore", "inherit"] });
  try {
    run(at("bin/cardscope.js"), "sample", folder, "--format", "xlsx", "--brief");
    const files = [join(folder, "users.xlsx"), join(folder, "cards.xlsx")];
    const commands = [
      ["analyze", ...files, "--quiet", "--json"],
      [...files, "--no-open", "--quiet"],
    ];
    run(at("scripts/cache-program.mjs"), at("dist/program/main.js"), JSON.stringify(commands));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What modules require for speed's sake (`engines/node-api.ts`) is brought in like what they import. */
const requireAsImport = {
  name: "require-as-import",
  enforce: "pre",
  transform(code) {
    const call = /createRequire\(import\.meta\.url\)\(\s*("@duckdb\/node-api")\s*,?\s*\)/;
    const name = call.exec(code)?.[1];
    return name && `import * as required from ${name};\n${code.replace(call, "required")}`;
  },
};

/** What is imported by and by, in the way that `bin/program.js` has for it. */
const importByLoader = {
  name: "import-by-loader",
  renderChunk: (code) => code.replaceAll(/\bimport\(/g, "importModule("),
};
