import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/**
 * Builds dist/program: the command line in a few files instead of four hundred, which a short run would spend more time on
 * finding than on running. What only the dashboard needs, or has parts of its own beside it, stays a package.
 */
export async function buildProgram({ logLevel = "warn" } = {}) {
  await build({
    configFile: false,
    logLevel,
    root: at("."),
    publicDir: false,
    plugins: [requireAsImport],
    build: {
      ssr: true,
      target: "node20",
      outDir: at("dist/program"),
      emptyOutDir: true,
      license: { fileName: "licences.md" },
      rolldownOptions: {
        input: { main: at("src/cli/main.ts"), "workbook-thread": at("src/ingest/xlsx/workbook-thread.ts") },
        // beside one another, so that they find files from where they are as the modules do that they are made of
        output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
        checks: { pluginTimings: false },
      },
    },
    ssr: {
      noExternal: true,
      external: [
        "@duckdb/node-bindings",
        "@hono/node-server",
        "@hono/zod-openapi",
        "@nats-io/jetstream",
        "@nats-io/transport-node",
        "@platformatic/kafka",
        "hono",
        "hucre",
        "open",
        "zod",
      ],
    },
  });
  cpSync(at("src/models/marts"), at("dist/program/marts"), { recursive: true });
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
