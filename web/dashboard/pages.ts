import type { Component } from "svelte";
import type { PortfolioInfo } from "./boot.ts";

export type PageComponent = Component<{ portfolio: PortfolioInfo }>;

export interface Page {
  readonly path: string;
  readonly title: string;
  /** The component's file, by which the server names its script. */
  readonly file: string;
  readonly load: () => Promise<{ readonly default: PageComponent }>;
  /** Reached from other pages, not from the navigation. */
  readonly isInner?: true;
  /** Of a portfolio that events change. */
  readonly isLive?: true;
}

const files = import.meta.glob<{ readonly default: PageComponent }>("./pages/*.svelte");
const from = (name: string): Pick<Page, "file" | "load"> => ({
  file: `pages/${name}.svelte`,
  load: files[`./pages/${name}.svelte`] as Page["load"],
});
const topic = from("Topic");

/** In the order of the navigation. */
export const pages: readonly Page[] = [
  { path: "/", title: "Overview", ...from("Overview") },
  { path: "/demographics", title: "Demographics", ...topic },
  { path: "/ownership", title: "Card ownership", ...topic },
  { path: "/risk", title: "Credit risk", ...topic },
  { path: "/predict", title: "Predict", ...from("Predict") },
  { path: "/expiry", title: "Card expiry", ...topic },
  { path: "/marketing", title: "Marketing", ...topic },
  { path: "/compare", title: "Compare groups", ...from("Compare") },
  { path: "/what-if", title: "What if", ...from("WhatIf") },
  { path: "/customers", title: "Customers", ...from("Customers") },
  { path: "/customers/:id", title: "Customer", ...from("Customer"), isInner: true },
  { path: "/data-quality", title: "Data quality", ...from("DataQuality") },
  { path: "/live", title: "Live", ...from("Live"), isLive: true },
  { path: "/alerts", title: "Alerts", ...from("Alerts"), isLive: true },
  { path: "/history", title: "History", ...from("History"), isLive: true },
  { path: "/sql", title: "SQL", ...from("Sql") },
  { path: "/files", title: "Files", ...from("Files") },
];

export const pageAt = (path: string): Page | undefined =>
  pages.find((page) => page.path === path) ??
  pages.find(({ path: pattern }) =>
    pattern.includes(":") ? new RegExp(`^${pattern.replace(/:\w+/, "[^/]+")}$`).test(path) : false,
  );
