import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

/**
 * The built program. To compile it is a large part of a short run, so what V8 made of it is kept beside it
 * (scripts/cache-program.mjs). What another version of V8 made is refused by V8, which then compiles; nothing is
 * written here.
 */
export class Program {
  /** What has been loaded, by its path. */
  scripts = new Map();
  #modules = new Map();

  /** What a CommonJS file exports. Files that it requires by a relative path are loaded likewise. */
  load(path) {
    const known = this.#modules.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#modules.set(path, module);
    const cache = cacheOf(path);
    const script = new Script(
      `(function (exports, require, module, __filename, __dirname, importModule) {${readFileSync(path, "utf8")}\n})`,
      { filename: path, ...(existsSync(cache) && { cachedData: readFileSync(cache) }) },
    );
    this.scripts.set(path, script);
    const require = createRequire(path);
    const folder = dirname(path);
    const load = (name) => (name.startsWith("./") ? this.load(join(folder, name)) : require(name));
    script.runInThisContext()(module.exports, load, module, path, folder, importModule);
    return module.exports;
  }
}

/** `import()` in a script warns of being experimental. */
const importModule = (name) => import(name);

export const cacheOf = (path) => `${path}.cache`;
