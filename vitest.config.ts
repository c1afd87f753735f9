import { defineConfig } from "vitest/config";

/** What waits for a browser, a server or a process can be late on a loaded machine: asked again before it fails. */
const WAITING = ["test/{web,server,cli,docs,feeds}/**/*.test.ts", "test/outputs/{pdf,report}.test.ts"];

export default defineConfig({
  test: {
    globalSetup: "test/global-setup.ts",
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: "waiting", include: WAITING, retry: 2, ...timeouts() } },
      {
        extends: true,
        test: { name: "computing", include: ["test/**/*.test.ts"], exclude: WAITING, ...timeouts() },
      },
    ],
  },
});

function timeouts() {
  return { env: { TZ: "UTC" }, testTimeout: 60_000, hookTimeout: 120_000 };
}
