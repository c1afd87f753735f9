import { existsSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { pages, root } from "./markdown.ts";

describe.each(pages.map((page) => [page.path, page] as const))("%s", (path, page) => {
  test("relative links lead to a file and a heading", () => {
    const broken = page.links.filter(
      ({ target }) => !/^https?:/.test(target) && !leadsSomewhere(path, target),
    );
    expect(broken.map(({ line, target }) => `${path}:${line}: ${target}`)).toEqual([]);
  });

  test("no path of one machine, and nothing from outside of the checkout", () => {
    const found = page.text
      .split("\n")
      .flatMap((text, i) => (/(?:^|[\s"'(`])\/(?:root|home|Users|work|tmp)\//.test(text) ? [i + 1] : []));
    expect(found).toEqual([]);
  });
});

test("every guide, decision and reference page is reached from the README or ARCHITECTURE.md", () => {
  const reached = new Set(["README.md", "ARCHITECTURE.md"]);
  for (const path of reached)
    for (const { target } of pages.find((page) => page.path === path)?.links ?? []) {
      const file = normalize(join(dirname(path), target.split("#")[0] ?? ""));
      if (file.endsWith(".md")) reached.add(file);
    }
  expect(pages.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
});

function leadsSomewhere(from: string, target: string): boolean {
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? from : normalize(join(dirname(from), file));
  if (path.startsWith("..") || !existsSync(join(root, path))) return false;
  if (anchor === undefined) return true;
  const page = pages.find((one) => one.path === path);
  return page?.anchors.has(anchor) ?? statSync(join(root, path)).isFile();
}
