import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Block {
  /** 1-based line of the opening fence. */
  readonly line: number;
  /** What stands after the fence: "sh run", "ts run", "text output", "sh". */
  readonly info: string;
  readonly text: string;
}

export interface Page {
  /** Path under the root. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly links: readonly { readonly line: number; readonly target: string }[];
  /** What a link's fragment may name. */
  readonly anchors: ReadonlySet<string>;
}

const FOLDERS = ["", "docs/", "docs/adr/", "docs/guides/"];

/** Every page of the project. */
export const pages: readonly Page[] = FOLDERS.flatMap((folder) =>
  readdirSync(root + folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => readPage(folder + name)),
);

export function pageOf(path: string): Page {
  const page = pages.find((one) => one.path === path);
  if (page === undefined) throw new Error(`no page ${path}`);
  return page;
}

function readPage(path: string): Page {
  const text = readFileSync(root + path, "utf8");
  const blocks: Block[] = [];
  const links: { line: number; target: string }[] = [];
  const slugs = new Map<string, number>();
  const anchors = new Set<string>();
  let open: { line: number; info: string; lines: string[] } | undefined;
  for (const [i, content] of text.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(content);
    if (open !== undefined) {
      if (fence === null) open.lines.push(content);
      else {
        blocks.push({ line: open.line, info: open.info, text: open.lines.join("\n") });
        open = undefined;
      }
      continue;
    }
    if (fence !== null) {
      open = { line: i + 1, info: (fence[1] ?? "").trim(), lines: [] };
      continue;
    }
    const heading = /^#{1,6}\s+(.*)$/.exec(content)?.[1];
    if (heading !== undefined) {
      const slug = slugOf(heading);
      const seen = slugs.get(slug) ?? 0;
      slugs.set(slug, seen + 1);
      anchors.add(seen === 0 ? slug : `${slug}-${seen}`);
    }
    // code spans may hold brackets
    const prose = content.replaceAll(/`[^`]*`/g, "code");
    for (const [, target = ""] of prose.matchAll(/\]\(([^()\s]+)\)/g)) links.push({ line: i + 1, target });
    for (const [, target = ""] of prose.matchAll(/<(https?:\/\/[^>\s]+)>/g))
      links.push({ line: i + 1, target });
  }
  if (open !== undefined) throw new Error(`${path}:${open.line}: a code block without an end`);
  return { path, text, blocks, links, anchors };
}

/** As GitHub makes anchors of headings. */
function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}
