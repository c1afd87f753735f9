import { getContext, setContext } from "svelte";

export interface Part {
  readonly selected: number;
  readonly whole: number;
}
export interface Selected {
  readonly customers: Part;
  readonly cards: Part;
}

/** How many customers and cards are selected, as the page that knows best says: a brush moves it at once. */
export class Selection {
  live = $state.raw<Partial<Selected> | undefined>();
}

const key = Symbol("selection");
export const setSelection = (selection: Selection): Selection => setContext(key, selection);
export const getSelection = (): Selection => getContext<Selection>(key);
