import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { root } from "./markdown.ts";

const run = promisify(execFile);
const tsx = pathToFileURL(join(root, "node_modules/tsx/dist/loader.mjs")).href;

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A folder of a reader's own, in which the blocks of a page run one after the other. `npx cardscope` is the program
 * from its sources, so that no old build is tested; `import "cardscope"` is the package.
 */
export class Desk implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async set(): Promise<Desk> {
    const folder = await mkdtemp(join(tmpdir(), "cardscope-docs-"));
    await mkdir(join(folder, ".bin"));
    await mkdir(join(folder, "node_modules"));
    await symlink(root, join(folder, "node_modules/cardscope"));
    await writeFile(
      join(folder, ".bin/main.mjs"),
      `const { main } = await import(${JSON.stringify(pathToFileURL(join(root, "src/cli/main.ts")).href)});\nawait main(process.argv);\n`,
    );
    const npx = join(folder, ".bin/npx");
    await writeFile(
      npx,
      `#!/bin/sh\n[ "$1" = cardscope ] || { echo "npx: $1: not in the documentation" >&2; exit 127; }\nshift\nexec "${process.execPath}" --import "${tsx}" "${folder}/.bin/main.mjs" "$@"\n`,
    );
    await chmod(npx, 0o755);
    return new Desk(folder);
  }

  /** Lines of a shell, which stops at the first that fails. */
  async shell(text: string): Promise<Ran> {
    return this.#run("bash", ["--norc", "-euo", "pipefail", "-c", text]);
  }

  /** A TypeScript module. */
  async script(text: string): Promise<Ran> {
    const file = join(this.folder, "block.mts");
    await writeFile(file, text);
    return this.#run(process.execPath, ["--import", tsx, file]);
  }

  async #run(file: string, args: readonly string[]): Promise<Ran> {
    const env = { ...process.env, PATH: `${this.folder}/.bin:${process.env["PATH"]}`, NO_COLOR: "1" };
    try {
      const { stdout, stderr } = await run(file, args, {
        cwd: this.folder,
        env,
        maxBuffer: 1 << 28,
      });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number | string; stdout: string; stderr: string };
      if (typeof code !== "number") throw error;
      return { code, stdout, stderr };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Whether output is what a page shows; "…" stands for anything in a line, and alone in it for any lines. */
export function isShown(output: string, shown: string): boolean {
  const lines = shown.trimEnd().split("\n");
  const patterns = lines.map((line) => (line === "…" ? "(?:.*\n)*?" : `${patternOf(line)}[ ]*\n`));
  return new RegExp(`^${patterns.join("")}$`).test(`${output.trimEnd()}\n`);
}

const patternOf = (line: string): string =>
  line
    .trimEnd()
    .split("…")
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
    .join(".*");
