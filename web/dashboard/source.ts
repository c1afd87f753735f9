import { day } from "../kit/format.ts";
import type { Address } from "./address.svelte.ts";
import type { PortfolioInfo } from "./boot.ts";

/** What stands below a picture: as of when, from which files, under which look. */
export function sourceOf(address: Address, { as_of, inputs }: PortfolioInfo): string {
  const files = inputs.map(({ file, sha256 }) => `${file} (sha256 ${sha256.slice(0, 12)})`).join(", ");
  const look = address.look === "" ? "" : ` Look: ${address.look}`;
  return `As of ${day(address.asOf ?? as_of)}. Source: ${files}.${look}`;
}
