import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cache } from "./files.ts";

const run = promisify(execFile);

/** What each family of peers needs of Python, in versions that are known to work with the scripts here. */
const needs = {
  pandas: ["pandas==3.1.1", "pyarrow==26.0.1"],
  openpyxl: ["openpyxl==3.1.5"],
  calamine: ["python-calamine==0.9.1"],
  polars: ["polars==2.1.0"],
  fastexcel: ["fastexcel==0.21.0"],
  /** xgboost without its libraries for graphics cards. */
  learning: ["scikit-learn==1.9.1", "xgboost-cpu==3.2.0"],
} as const;
export type Package = keyof typeof needs;

export interface Python {
  readonly interpreter: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Why a package is not there. */
  readonly absent: Readonly<Partial<Record<Package, string>>>;
}

/** An environment in the cache with what can be installed; or the given interpreter with what it has. */
export async function preparePython(given: string | undefined): Promise<Python> {
  const absent: Partial<Record<Package, string>> = {};
  const interpreter = given ?? join(cache, "venv/bin/python");
  try {
    if (!existsSync(interpreter)) await run("python3", ["-m", "venv", join(cache, "venv")]);
  } catch {
    for (const name of Object.keys(needs)) absent[name as Package] = "no Python with venv";
    return { interpreter, versions: {}, absent };
  }
  const pip = [interpreter, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"] as const;
  for (const [name, packages] of Object.entries(needs)) {
    if (given !== undefined) continue;
    const [program, ...options] = pip;
    await run(program, [...options, ...packages]).catch((error) => {
      absent[name as Package] = `not installed: ${reasonOf(error)}`;
    });
  }
  const versions = await versionsOf(interpreter);
  for (const [name, [first]] of Object.entries(needs))
    if (versions[first.split("==")[0] ?? ""] === undefined) absent[name as Package] ??= "not installed";
  return { interpreter, versions, absent };
}

async function versionsOf(interpreter: string): Promise<Record<string, string>> {
  const asked = JSON.stringify(
    Object.values(needs).flatMap((packages) => packages.map((p) => p.split("==")[0])),
  );
  const script = `
import importlib.metadata as m, json, platform
found = {"python": platform.python_version()}
for name in ${asked}:
    try: found[name] = m.version(name)
    except m.PackageNotFoundError: pass
print(json.dumps(found))`;
  const { stdout } = await run(interpreter, ["-c", script]);
  return JSON.parse(stdout) as Record<string, string>;
}

/** What pip says, up to where it begins to name hosts and folders. */
const reasonOf = (error: unknown): string => {
  const text = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  const said = text.split("\n").find((line) => line.startsWith("ERROR: "));
  return said?.slice("ERROR: ".length).split(/[(:/]/)[0]?.trim() ?? "pip failed";
};
