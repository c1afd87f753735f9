import { getContext, setContext } from "svelte";
import type { Filter } from "../../src/explore/look.ts";
import { filterOf, isLookKey, textsOf } from "./filters.ts";

/**
 * Where the reader is: the page, and the look, which is the whole state of the dashboard. Both live in the address,
 * so that a link restores them and Back undoes a step.
 */
export class Address {
  path = $state("/");
  #query = $state("");

  constructor(path: string, query: string) {
    this.path = path;
    this.#query = query;
  }

  get params(): URLSearchParams {
    return new URLSearchParams(this.#query);
  }

  /** The look as a query: "" or "?…". What a page keeps in the address is not part of it. */
  get look(): string {
    return asQuery(this.params, isLookKey);
  }

  get grain(): "customers" | "cards" {
    return this.params.get("grain") === "cards" ? "cards" : "customers";
  }

  get asOf(): string | undefined {
    return this.params.get("as_of") ?? undefined;
  }

  /** Thresholds that differ from those the portfolio was opened with. */
  get settings(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.params].flatMap(([name, value]) =>
        name.startsWith("set.") ? [[name.slice(4), Number(value)]] : [],
      ),
    );
  }

  filter(id: string): Filter | undefined {
    return filterOf(id, this.params.getAll(id));
  }

  /** The address of a page under the same look. */
  link(path: string, extra: Readonly<Record<string, string>> = {}): string {
    const params = new URLSearchParams(this.look);
    for (const [name, value] of Object.entries(extra)) params.set(name, value);
    return `${path}${asQuery(params)}`;
  }

  /** An address of the API under the same look. */
  api(path: string, extra: Readonly<Record<string, string>> = {}): string {
    return this.link(`/api${path}`, extra);
  }

  /** The same without the filters: what a selection is a part of. */
  wholeApi(path: string, extra: Readonly<Record<string, string>> = {}): string {
    const kept = [...this.params].filter(([name]) => name === "as_of" || name.startsWith("set."));
    return `/api${path}${asQuery(new URLSearchParams([...kept, ...Object.entries(extra)]))}`;
  }

  go(to: string, { replace = false }: { replace?: boolean } = {}): void {
    const url = new URL(to, location.href);
    const samePage = url.pathname === this.path;
    if (replace) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    this.follow();
    if (!samePage) scrollTo(0, 0);
  }

  /** Takes over what the browser shows, after Back and Forward. */
  follow(): void {
    this.path = location.pathname;
    this.#query = location.search;
  }

  setFilter(id: string, filter: Filter | undefined): void {
    this.#change((params) => {
      params.delete(id);
      for (const text of filter === undefined ? [] : textsOf(filter)) params.append(id, text);
    });
  }

  setGrain(grain: "customers" | "cards"): void {
    this.#change((params) => (grain === "cards" ? params.set("grain", grain) : params.delete("grain")));
  }

  setAsOf(day: string | undefined, options?: { replace?: boolean }): void {
    this.#change(
      (params) => (day === undefined ? params.delete("as_of") : params.set("as_of", day)),
      options,
    );
  }

  setParameter(name: string, value: number | undefined, options?: { replace?: boolean }): void {
    const key = `set.${name}`;
    this.#change(
      (params) => (value === undefined ? params.delete(key) : params.set(key, String(value))),
      options,
    );
  }

  /** A parameter of the page, such as the rows that are open. */
  setPage(name: string, value: string | undefined, options?: { replace?: boolean }): void {
    this.#change((params) => (value === undefined ? params.delete(name) : params.set(name, value)), options);
  }

  clearFilters(): void {
    this.#change((params) => {
      for (const name of [...params.keys()])
        if (isLookKey(name) && name !== "grain" && name !== "as_of" && !name.startsWith("set."))
          params.delete(name);
    });
  }

  #change(change: (params: URLSearchParams) => void, options?: { replace?: boolean }): void {
    const params = this.params;
    change(params);
    const to = `${this.path}${asQuery(params)}`;
    if (to !== `${this.path}${asQuery(this.params)}`) this.go(to, options);
  }
}

function asQuery(params: URLSearchParams, keep: (name: string) => boolean = () => true): string {
  const kept = new URLSearchParams([...params].filter(([name]) => keep(name)));
  // what is readable stays readable
  const text = kept.toString().replaceAll("%7E", "~").replaceAll("%3A", ":");
  return text === "" ? "" : `?${text}`;
}

const key = Symbol("address");
export const setAddress = (address: Address): Address => setContext(key, address);
export const getAddress = (): Address => getContext<Address>(key);
