import { createHash } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const template = join(root, "dist/web/report.html");

/** Builds the pages: dist/web/report.html, and the dashboard's assets and its half that runs in the server. */
export async function buildWeb({ logLevel = "warn" } = {}) {
  // a test run must not leave a development build behind
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  const began = new Date();
  try {
    await buildDashboard(logLevel);
    await buildReport(logLevel);
    // what was written since is not in it
    utimesSync(template, began, began);
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
  return template;
}

async function buildDashboard(logLevel) {
  const { build } = await import("vite");
  const configFile = join(root, "web/dashboard.vite.config.ts");
  for (const [name, ssr] of [
    ["assets", false],
    ["server", true],
  ]) {
    const fresh = join(root, `dist/web/.${name}.${process.pid}`);
    await build({ configFile, logLevel, build: { ssr, outDir: fresh } });
    replaceFolder(fresh, join(root, "dist/web", name));
  }
}

/** Whoever reads meanwhile reads the old one or the new one. */
function replaceFolder(fresh, folder) {
  const old = `${fresh}.old`;
  try {
    renameSync(folder, old);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  renameSync(fresh, folder);
  rmSync(old, { recursive: true, force: true });
}

/** One file, scripts and styles inside. */
async function buildReport(logLevel) {
  const { build } = await import("vite");
  const bundle = await build({ configFile: join(root, "web/vite.config.ts"), logLevel });
  const files = new Map(bundle.output.map((file) => [file.fileName, String(file.code ?? file.source)]));
  mkdirSync(join(root, "dist/web"), { recursive: true });
  // whoever reads meanwhile reads the old one or the new one
  const fresh = `${template}.${process.pid}`;
  writeFileSync(fresh, inline(files));
  renameSync(fresh, template);
}

/** Puts the one script and the one style sheet into the page, and lets nothing else run or load. */
function inline(files) {
  const page = files.get("index.html");
  const linked = (pattern) => (files.get(pattern.exec(page)?.[1] ?? "") ?? "").trim();
  const style = linked(/<link rel="stylesheet"[^>]* href="\.\/([^"]+)"/);
  const script = linked(/<script type="module"[^>]* src="\.\/([^"]+)"/).replaceAll("</script", "<\\/script");
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return page
    .replace(/\s*<(link rel="stylesheet"|script type="module")[^>]*>(<\/script>)?/g, "")
    .replace(
      "<title>",
      () => `<meta http-equiv="Content-Security-Policy" content="${policy.join("; ")}">\n    <title>`,
    )
    .replace("</head>", () => `<style>${style}</style>\n  </head>`)
    .replace("</body>", () => `<script type="module">${script}</script>\n  </body>`)
    .replace("</html>", () => `  <!--\n${notices()}\n  -->\n</html>`);
}

/** The licences of what is compiled into the page ask to travel with it. */
function notices() {
  const [, section = ""] = readFileSync(join(root, "THIRD-PARTY.md"), "utf8").split(
    "## Code inside each report\n",
  );
  return section
    .split("\n## ")[0]
    .replaceAll(/^> ?|\*\*/gm, "")
    .replaceAll("--", "- -")
    .trim();
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Whether the template is missing or older than what it is built from. */
export function isStale() {
  const built = statSync(template, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(root, "web"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return sources.some((file) => statSync(file).mtimeMs > built);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { gzipSync } = await import("node:zlib");
  const html = readFileSync(await buildWeb());
  const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
  console.log(`report.html: ${kib(html.length)}, gzip ${kib(gzipSync(html).length)}`);
}
