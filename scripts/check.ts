/**
 * What CI runs: generated files fresh, lint, types, build, tests (layers among them). Every step runs, so that one
 * run shows all that is wrong. `--skip-tests` for a caller that has just run them.
 */
import { spawnSync } from "node:child_process";

const steps: readonly (readonly [name: string, script: string, ...args: string[]])[] = [
  ["generated files", "gen", "--check"],
  ["lint", "lint"],
  ["types", "types"],
  ...(process.argv.includes("--skip-tests") ? [] : [["tests", "test"] as const]),
];

let failed = 0;
for (const [name, script, ...args] of steps) {
  const { status } = spawnSync(
    "npm",
    ["run", "--silent", script, ...(args.length > 0 ? ["--", ...args] : [])],
    {
      stdio: "inherit",
    },
  );
  console.log(`${status === 0 ? "ok    " : "FAILED"} ${name}`);
  if (status !== 0) failed++;
}
console.log(`check: ${steps.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
