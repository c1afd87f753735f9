import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";

const folder = fileURLToPath(new URL("stage", import.meta.url));
const tokens = fileURLToPath(new URL("../../web/kit/tokens.css", import.meta.url));

interface Output {
  readonly type: string;
  readonly code?: string;
  readonly source?: string | Uint8Array;
}

/** Builds the scenes of test/web/stage, in memory; `body` is the script that uses them. */
async function bundle(body: string, ssr: boolean): Promise<readonly Output[]> {
  const before = process.env["NODE_ENV"];
  process.env["NODE_ENV"] = "production";
  const entry = "\0stage";
  const code = `${body}\nconst scenes = import.meta.glob("/*.svelte", { eager: true });\nconst sceneOf = (name) => scenes["/" + name + ".svelte"].default;`;
  const result = await build({
    root: folder,
    configFile: false,
    logLevel: "warn",
    plugins: [
      svelte({ configFile: false }),
      {
        name: "stage",
        resolveId: (id) => (id === "stage" ? entry : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
    ssr: { noExternal: true },
    build: {
      target: "es2023",
      write: false,
      minify: false,
      cssCodeSplit: false,
      ssr,
      rolldownOptions: { input: "stage", checks: { pluginTimings: false } },
    },
  });
  if (before === undefined) delete process.env["NODE_ENV"];
  else process.env["NODE_ENV"] = before;
  return ([result].flat() as { output: Output[] }[])[0]?.output ?? [];
}

/** A page that shows scenes, each with components of the kit. */
export async function buildStage(): Promise<string> {
  const output = await bundle(
    `import ${JSON.stringify(tokens)};
    import { mount } from "svelte";
    window.stage = (name, props) => mount(sceneOf(name), { target: document.querySelector("main"), props });`,
    false,
  );
  const style = output.map((file) => (file.type === "asset" ? String(file.source) : "")).join("");
  const script = output.map((file) => file.code ?? "").join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Stage</title><style>${style}</style></head>
<body><main></main><script type="module">${script.replaceAll("</script", "<\\/script")}</script></body></html>`;
}

/** What a server draws of a scene. */
export async function renderScenes(...names: readonly string[]): Promise<readonly string[]> {
  const output = await bundle(
    `import { render } from "svelte/server";
    export const draw = (name) => render(sceneOf(name)).body;`,
    true,
  );
  const script = output.map((file) => file.code ?? "").join("");
  const { draw } = (await import(`data:text/javascript,${encodeURIComponent(script)}`)) as {
    draw: (name: string) => string;
  };
  return names.map(draw);
}

export interface StageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  readonly touch?: boolean;
}

/** Opens a scene. Whatever the page complains of is added to `trouble`. */
export async function openScene(
  browser: Browser,
  html: string,
  scene: string,
  trouble: string[],
  { width = 1280, height = 900, dark = false, touch = false }: StageOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    hasTouch: touch,
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") trouble.push(message.text());
  });
  page.on("pageerror", (error) => trouble.push(String(error)));
  await page.setContent(html);
  await page.waitForFunction("window.stage !== undefined");
  await page.evaluate(`stage(${JSON.stringify(scene)}, {})`);
  return page;
}

/** What the components called back, in order: name and arguments. */
export const callsOf = (page: Page): Promise<unknown[][]> => page.evaluate<unknown[][]>("window.calls ?? []");
