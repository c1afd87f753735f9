import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { Desk } from "./desk.ts";
import { type OpeningInfo, openingInfo } from "./routes/opening.ts";
import { type PortfolioInfo, portfolioInfo } from "./routes/portfolio.ts";
import { contentSecurityPolicy } from "./security.ts";

const web = (path: string) => new URL(`../../dist/web/${path}`, import.meta.url);

/** What web/dashboard/server.ts exports, built. */
interface Renderer {
  renderApp(
    boot: Boot,
  ): Promise<{ head: string; body: string; wanted: string[]; isFound: boolean; file: string | undefined }>;
}
/** As web/dashboard/boot.ts has it. */
interface Boot {
  readonly path: string;
  readonly query: string;
  readonly portfolio: PortfolioInfo | undefined;
  readonly opening?: OpeningInfo;
  readonly position?: number;
  readonly answers: Readonly<Record<string, unknown>>;
}
interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  readonly imports?: readonly string[];
}
type Manifest = Readonly<Record<string, Chunk>>;

let built: Promise<{ renderer: Renderer; manifest: Manifest }> | undefined;

async function load(): Promise<{ renderer: Renderer; manifest: Manifest }> {
  const [renderer, manifest] = await Promise.all([
    import(web("server/server.js").href) as Promise<Renderer>,
    readFile(web("assets/manifest.json"), "utf8"),
  ]);
  return { renderer, manifest: JSON.parse(manifest) as Manifest };
}

/** Pages, drawn here first so that the first paint has figures, and what their scripts and styles are made of. */
export const pageRoutes = (desk: Desk, api: OpenAPIHono) => {
  const app = new OpenAPIHono();
  app.get("/assets/:name{[A-Za-z0-9._-]+}", async (c) => {
    const name = c.req.param("name");
    const type = types[name.slice(name.lastIndexOf("."))];
    const body =
      type === undefined ? undefined : await readFile(web(`assets/${name}`)).catch(() => undefined);
    if (body === undefined || type === undefined) return c.notFound();
    // names hold a hash of their content
    return c.body(body, 200, {
      "content-type": type,
      "cache-control": "public, max-age=31536000, immutable",
    });
  });
  app.get("*", (c) => (c.req.path.startsWith("/api/") ? c.notFound() : page(c, desk, api)));
  return app;
};

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

async function page(c: Context, desk: Desk, api: OpenAPIHono): Promise<Response> {
  built ??= load();
  const { renderer, manifest } = await built;
  const url = new URL(c.req.url);
  const opening = openingInfo(desk);
  const empty: Boot = {
    // as the browser has it: decoded twice, an id of "%41" would be another
    path: url.pathname,
    query: url.search,
    portfolio: desk.isOpen ? portfolioInfo(desk) : undefined,
    ...(opening && { opening }),
    // told before the answers are computed: they are of this position or a later one
    ...(desk.isLive && { position: desk.live.state.position }),
    answers: {},
  };
  // drawn once to learn what the page asks for, and again with the answers
  const { wanted } = await renderer.renderApp(empty);
  const boot = { ...empty, answers: await answersTo(wanted, api, c.req.raw.signal) };
  const { head, body, isFound, file } = await renderer.renderApp(boot);
  const nonce = randomBytes(16).toString("base64");
  const entry = manifest["main.ts"] ?? manifest["index.html"];
  const theme = getCookie(c, "cardscope-theme");
  const first = [entry, file === undefined ? undefined : manifest[file]];
  const seen = new Set<string>();
  const chunks = first.flatMap((chunk) => (chunk === undefined ? [] : withImports(manifest, chunk, seen)));
  const styles = [...new Set(Object.values(manifest).flatMap(({ css }) => css ?? []))];
  c.header("content-security-policy", contentSecurityPolicy(nonce));
  if (opening !== null) c.header("retry-after", "1");
  return c.html(
    `<!doctype html>
<html lang="en"${theme === "light" || theme === "dark" ? ` data-theme="${theme}"` : ""}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="style-nonce" content="${nonce}">
${styles.map((file) => `<link rel="stylesheet" href="/assets/${file}">`).join("\n")}
${chunks.map((file) => `<link rel="modulepreload" href="/assets/${file}">`).join("\n")}
<link rel="icon" href="data:,">
${opening === null ? "" : again}
${head}
</head>
<body>
<div id="app">${body}</div>
<script type="application/json" id="boot">${JSON.stringify(boot).replaceAll("<", "\\u003c")}</script>
<script type="module" src="/assets/${entry?.file ?? ""}"></script>
</body>
</html>`,
    opening !== null ? 503 : isFound ? 200 : 404,
  );
}

/** Without scripts, a page that waits for the portfolio comes again by itself. */
const again = '<noscript><meta http-equiv="refresh" content="5"></noscript>';

/** The first paint does not wait longer than this: what is not there by then, the page asks for itself. */
const PATIENCE_MS = 300;

/** Answers of the API to what a page would ask for first. A refusal is left for the page to meet and to show. */
async function answersTo(
  wanted: readonly string[],
  api: OpenAPIHono,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  const late = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const asked = wanted.map(async (path) => {
    const response = await api.request(path, { signal: late });
    if (response.ok) answers[path] = await response.json();
  });
  const isLate = new Promise<void>((done) => late.addEventListener("abort", () => done(), { once: true }));
  await Promise.race([Promise.allSettled(asked), isLate]);
  return { ...answers };
}

/** A script and what it imports at once, but for what was seen before. */
function withImports(manifest: Manifest, chunk: Chunk, seen: Set<string>): string[] {
  if (seen.has(chunk.file)) return [];
  seen.add(chunk.file);
  const imported = (chunk.imports ?? []).flatMap((name) => {
    const next = manifest[name];
    return next === undefined ? [] : withImports(manifest, next, seen);
  });
  return [chunk.file, ...imported];
}
