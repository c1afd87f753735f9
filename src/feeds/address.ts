import { usage } from "../errors.ts";

/** An address of a feed, taken apart: `scheme://user:pass@host:port,host:port/NAME?option=value`. */
export interface Address {
  readonly scheme: string;
  readonly user?: string;
  readonly password?: string;
  /** host or host:port, one or more. */
  readonly hosts: readonly string[];
  /** The stream or topic. */
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
}

const pattern = /^(?:([a-z+]+):\/\/)?(?:([^@/]*)@)?([^/@?]+)\/([^/?]+)(?:\?(.*))?$/i;
const host = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;

/** Reads an address; errors never quote what may be a password. */
export function parseAddress(
  text: string,
  { option, example, known }: { option: string; example: string; known: readonly string[] },
): Address {
  const cannot = (what: string) => usage(`${option}: ${what}`, `write it like ${example}`);
  const match = pattern.exec(text.trim());
  if (match === null) throw cannot("not an address");
  const [, scheme = "", login, hosts = "", name = "", query = ""] = match;
  const bad = hosts.split(",").find((one) => !host.test(one));
  if (bad !== undefined) throw cannot(`not a host: ${bad}`);
  const options = new Map(new URLSearchParams(query));
  for (const key of options.keys())
    if (!known.includes(key)) throw cannot(`unknown option ${key}: one of ${known.join(", ")}`);
  const [user, ...rest] = login?.split(":") ?? [];
  return {
    scheme: scheme.toLowerCase(),
    ...(user !== undefined && { user: decodeURIComponent(user) }),
    ...(rest.length > 0 && { password: decodeURIComponent(rest.join(":")) }),
    hosts: hosts.split(","),
    name: decodeURIComponent(name),
    options,
  };
}
