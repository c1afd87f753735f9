import { readFileSync } from "node:fs";
import { credsAuthenticator, type NodeConnectionOptions } from "@nats-io/transport-node";
import { usage } from "../errors.ts";
import { parseAddress } from "./address.ts";

export interface NatsOptions {
  /** host:port, one or more of a cluster. */
  readonly servers: readonly string[];
  readonly stream: string;
  /** Name of the durable consumer. */
  readonly consumer: string;
  /** Under which name the workspace keeps the position: that of the stream, until it is made again. */
  readonly as: string;
  /** Folder of the workspace, which remembers which stream its positions are of. */
  readonly workspace?: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** A credentials file. */
  readonly creds?: string;
  readonly isEncrypted?: boolean;
  /** A certificate authority's file. */
  readonly ca?: string;
}

const OPTION = "--nats";
const EXAMPLE = "nats://127.0.0.1:4222/EVENTS";

/** `nats://[user:pass@|token@]host:4222[,host:4222]/STREAM[?consumer=NAME&creds=FILE&as=NAME&ca=FILE]`; `tls://` is encrypted. */
export function natsOptions(text: string): NatsOptions {
  const { scheme, user, password, hosts, name, options } = parseAddress(text, {
    option: OPTION,
    example: EXAMPLE,
    known: ["consumer", "creds", "as", "ca"],
  });
  if (scheme !== "nats" && scheme !== "tls")
    throw usage(`${OPTION}: not a scheme: ${scheme}`, `write it like ${EXAMPLE}`);
  const consumer = options.get("consumer") ?? "cardscope";
  for (const [what, value] of [
    ["stream", name],
    ["consumer", consumer],
  ] as const)
    if (!/^[^\s.*>/\\]+$/.test(value))
      throw usage(
        `${OPTION}: not a name of a ${what}: ${value}`,
        "leave out blanks, dots, stars and slashes",
      );
  const creds = options.get("creds");
  const ca = options.get("ca");
  return {
    servers: hosts,
    stream: name,
    consumer,
    as: options.get("as") ?? name,
    ...(password !== undefined && user !== undefined && { user, password }),
    ...(password === undefined && user !== undefined && { token: user }),
    ...(creds !== undefined && { creds }),
    ...(ca !== undefined && { ca }),
    ...((scheme === "tls" || ca !== undefined) && { isEncrypted: true }),
  };
}

/** What the client is to connect with. It does not reconnect by itself: where it stood is looked up anew each time. */
export function connectionOptions(options: NatsOptions): NodeConnectionOptions {
  const { servers, user, password, token, creds, isEncrypted, ca } = options;
  return {
    servers: [...servers],
    name: "cardscope",
    reconnect: false,
    timeout: 5_000,
    pingInterval: 5_000,
    maxPingOut: 2,
    ...(user !== undefined && { user, pass: password ?? "" }),
    ...(token !== undefined && { token }),
    ...(creds !== undefined && { authenticator: credsAuthenticator(readCredentials(creds)) }),
    ...(isEncrypted === true && { tls: ca === undefined ? {} : { caFile: ca } }),
  };
}

function readCredentials(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unreadable";
    throw usage(`cannot read the credentials file ${path}: ${code}`, "name one with ?creds=FILE");
  }
}
