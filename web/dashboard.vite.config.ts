import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The dashboard twice: for the browser, in pieces that are loaded when a page needs them, and for the server. */
export default defineConfig(({ isSsrBuild }) => ({
  root: at("dashboard"),
  base: "/assets/",
  plugins: [svelte({ configFile: false })],
  build: {
    target: "es2023",
    emptyOutDir: true,
    assetsDir: ".",
    manifest: isSsrBuild ? false : "manifest.json",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      checks: { pluginTimings: false },
      ...(isSsrBuild && { input: at("dashboard/server.ts") }),
    },
  },
  ssr: { noExternal: true },
}));
