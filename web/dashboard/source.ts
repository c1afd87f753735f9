import { day } from "../kit/format.ts";
import type { Address } from "./address.svelte.ts";
import type { PortfolioInfo } from "./boot.ts";

/** The files that a portfolio is of, or began with. */
export const filesOf = ({ inputs, is_live }: PortfolioInfo): string =>
  inputs.length === 0
    ? "events alone"
    : inputs.map(({ file, sha256 }) => `${file} (sha256 ${sha256.slice(0, 12)})`).join(", ") +
      (is_live ? ", and events since" : "");

/** What stands below a picture: as of when, from which files, under which look. */
export function sourceOf(address: Address, portfolio: PortfolioInfo): string {
  const files = filesOf(portfolio);
  const look = address.look === "" ? "" : ` Look: ${address.look}`;
  return `As of ${day(address.asOf ?? portfolio.as_of)}. Source: ${files}.${look}`;
}
