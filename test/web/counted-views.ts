import type { Page } from "playwright-core";
import { ask } from "./visitor.ts";

/** A table shows no more rows at once. */
const PAGE = 100;

/** Plain SQL conditions by view, of a customer `c` or of a card `k`. */
export type Conditions = Readonly<Record<string, string>>;
export type Counting = "customers" | "cards";

/** Where a view's values are: written here once more, so that a wrong one in the product is found. */
const columns: Readonly<Record<string, readonly string[]>> = {
  score: ["c.credit_score"],
  age: ["c.age"],
  income: ["c.annual_income_usd"],
  debt_to_income: ["c.debt_to_income"],
  utilisation: ["c.utilisation"],
  employment: ["c.employment"],
  expiry: ["k.expires_on"],
  product: ["k.brand", "k.type"],
  state: ["c.state"],
};
const isOfCards = (view: string): boolean => view === "expiry" || view === "product";

/** The bounds or names of a view's bars. */
export interface Shape {
  readonly id: string;
  readonly label: string;
  readonly edges?: readonly (number | string)[];
  readonly barSteps?: number;
  readonly names?: readonly string[];
  readonly counts: readonly number[];
  readonly missing: { readonly whole: number };
  /** Why it is not shown. */
  readonly because?: string;
}

export async function shapesOf(url: string): Promise<Shape[]> {
  const answer = (await (await fetch(`${url}/api/crossfilter`)).json()) as { dimensions: Shape[] };
  return answer.dimensions.filter(({ because }) => because === undefined);
}

/** What the page is to show: "customers,cards", and of each view its bars from the first on, then missing. */
export type Shown = Readonly<Record<string, readonly number[]>>;

const and = (parts: readonly string[]): string => (parts.length === 0 ? "true" : parts.join(" and "));

/** Counts by plain SQL; each view under the conditions of all others. */
export async function counted(
  url: string,
  shapes: readonly Shape[],
  counting: Counting,
  conditions: Conditions,
): Promise<Shown> {
  const where = (except?: string) => {
    const held = Object.entries(conditions).filter(([view]) => view !== except);
    const of = (cards: boolean) => and(held.filter(([view]) => isOfCards(view) === cards).map(([, c]) => c));
    const hasCards = held.some(([view]) => isOfCards(view));
    return { customers: of(false), cards: of(true), hasCards };
  };
  const owned = "card_profile k left join customer_profile c on c.user_id = k.user_id";
  const kept = ({ customers, cards, hasCards }: ReturnType<typeof where>) =>
    `${customers}${hasCards ? ` and exists (select 1 from card_profile k where k.user_id = c.user_id and ${cards})` : ""}`;
  const all = where();
  const total =
    counting === "customers"
      ? `with chosen as (select c.user_id from customer_profile c where ${kept(all)})
        select (select count(*) from chosen), (select count(*) from card_profile semi join chosen using (user_id))`
      : `select count(distinct c.user_id), count(*) from ${owned} where ${all.customers} and ${all.cards}`;
  const isWhole = Object.keys(conditions).length === 0;
  const totals = await ask(
    url,
    isWhole ? "select (select count(*) from customer_profile), (select count(*) from card_profile)" : total,
  );
  const shown: Record<string, readonly number[]> = { totals: (totals[0] ?? []).map(Number) };
  for (const shape of shapes) {
    const others = where(shape.id);
    const values = columns[shape.id] ?? [];
    const list = values.join(", ");
    const rows = await ask(
      url,
      counting === "cards"
        ? `select ${list}, count(*) from ${owned} where ${others.customers} and ${others.cards} group by all`
        : isOfCards(shape.id)
          ? `select b, count(distinct user_id) from (select c.user_id, ${barSql(shape)} as b
             from card_profile k join customer_profile c on c.user_id = k.user_id
             where ${others.customers} and ${others.cards}) group by all`
          : `select ${list}, count(*) from customer_profile c where ${kept(others)} group by all`,
    );
    const bars = [...shape.counts.map(() => 0), 0];
    for (const row of rows) {
      const bar =
        counting === "customers" && isOfCards(shape.id)
          ? Number(row[0] ?? bars.length - 1)
          : barOf(shape, row.slice(0, values.length));
      bars[bar] = (bars[bar] ?? 0) + Number(row.at(-1));
    }
    shown[shape.id] = (shape.missing.whole > 0 ? bars : bars.slice(0, -1)).slice(0, PAGE);
  }
  return shown;
}

const bounds = ({ edges = [], barSteps = 1 }: Shape) => edges.filter((_, i) => i % barSteps === 0);

function barOf(shape: Shape, values: readonly unknown[]): number {
  if (values.every((value) => value === null)) return shape.counts.length;
  if (shape.names !== undefined) return shape.names.indexOf(values.map((value) => value ?? "").join("~"));
  const [value] = values;
  // the first and the last bar hold what lies beyond them, too
  const above = bounds(shape).slice(1, -1);
  const text = typeof value === "string" ? value.slice(0, 7) : Number(value);
  return above.filter((bound) => bound <= text).length;
}

/** The bar of a card, as an expression: a customer counts once in each. */
function barSql(shape: Shape): string {
  if (shape.names !== undefined)
    return `case concat(coalesce(k.brand, ''), '~', coalesce(k.type, '')) ${shape.names
      .map((name, i) => `when '${name}' then ${i}`)
      .join(" ")} end`;
  const above = bounds(shape).slice(1, -1);
  return `case when k.expires_on is not null then ${["0", ...above.map((month) => `(k.expires_on >= date '${month}-01')::int`)].join(" + ")} end`;
}

/** Shows these views as tables, as many rows as they can. */
export async function openTables(page: Page, shapes: readonly Shape[]): Promise<void> {
  for (const { label } of shapes) {
    const view = page.getByRole("region", { name: label, exact: true });
    const button = view.getByRole("button", { name: `Table of ${label}` });
    if ((await button.getAttribute("aria-pressed")) === "false") await button.click();
    await view.getByRole("region", { name: `Table: ${label}` }).waitFor();
    const size = view.getByRole("combobox", { name: `Rows a page of ${label}` });
    if ((await size.count()) > 0) await size.selectOption(String(PAGE));
  }
}

/** What the page shows at one moment: the selection bar, and all views that are tables. */
export const shown = (page: Page): Promise<Shown> =>
  page.evaluate<Shown>(`(() => {
    const number = (element) => Number(element.textContent.trim().replaceAll(",", ""));
    const all = { totals: [...document.querySelectorAll("section[aria-label=Selection] .counts strong")].map(number) };
    for (const section of document.querySelectorAll("section[aria-labelledby^=view-]")) {
      const cells = [...section.querySelectorAll(".table tbody tr td:nth-child(2)")];
      if (cells.length > 0) all[section.getAttribute("aria-labelledby").slice(5)] = cells.map(number);
    }
    return all;
  })()`);
