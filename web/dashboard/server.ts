import { render } from "svelte/server";
import App from "./App.svelte";
import type { Boot } from "./boot.ts";
import { pageAt } from "./pages.ts";

interface Drawn {
  readonly head: string;
  readonly body: string;
  readonly wanted: string[];
  /** Whether there is a page at this path. */
  readonly isFound: boolean;
  /** The file of the page's component. */
  readonly file: string | undefined;
}

/** The page as HTML: what a browser shows before any script has run, and what it would ask the API for. */
export async function renderApp(boot: Boot): Promise<Drawn> {
  const page = pageAt(boot.path);
  const first = (await page?.load?.())?.default;
  const wanted = new Set<string>();
  const { head, body } = await render(App, { props: { boot, first, wanted } });
  return { head, body, wanted: [...wanted], isFound: page !== undefined, file: page?.file };
}
