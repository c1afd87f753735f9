import { getContext, setContext } from "svelte";

/** Answers of the API that come with the page, by address; what else the page would ask for is noted. */
export interface Initial {
  readonly answers: Readonly<Record<string, unknown>>;
  readonly wanted: Set<string>;
}

const key = Symbol("initial");
export const setInitial = (initial: Initial): Initial => setContext(key, initial);

export function initial<T>(url: string | undefined): { url: string; data: T } | undefined {
  if (url === undefined) return undefined;
  const { answers, wanted } = getContext<Initial>(key);
  if (url in answers) return { url, data: answers[url] as T };
  wanted.add(url);
  return undefined;
}
