import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** Scripts and styles of the report, held in memory: scripts/build-web.mjs puts them into one file. */
export default defineConfig({
  root: fileURLToPath(new URL("report", import.meta.url)),
  base: "./",
  plugins: [svelte({ configFile: false })],
  build: {
    target: "es2023",
    write: false,
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    chunkSizeWarningLimit: 1_000,
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
