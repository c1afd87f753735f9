import { hydrate } from "svelte";
import "../kit/tokens.css";
import App from "./App.svelte";
import type { Boot } from "./boot.ts";
import { pageAt } from "./pages.ts";

const target = document.getElementById("app");
const data = document.getElementById("boot")?.textContent;
if (target && data) {
  const boot = JSON.parse(data) as Boot;
  // the page's code is there before the server's page is taken over, so that nothing flickers
  const page = await pageAt(boot.path)?.load();
  hydrate(App, { target, props: { boot, first: page?.default } });
}
