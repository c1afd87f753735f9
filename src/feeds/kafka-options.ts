import { readFileSync } from "node:fs";
import type { ConsumerOptions } from "@platformatic/kafka";
import { usage } from "../errors.ts";
import { parseAddress } from "./address.ts";

const mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const;
type Mechanism = (typeof mechanisms)[number];

export interface KafkaOptions {
  /** host:port, one or more of a cluster. */
  readonly brokers: readonly string[];
  readonly topic: string;
  /** Under which the broker is told how far reading is, for its monitoring. */
  readonly group: string;
  /** Under which name the workspace keeps the positions: that of the topic, until it is made again. */
  readonly as: string;
  /** Folder of the workspace, which remembers which topic its positions are of. */
  readonly workspace?: string;
  readonly login?: { readonly mechanism: Mechanism; readonly user: string; readonly password: string };
  readonly isEncrypted?: boolean;
  /** A certificate authority's file. */
  readonly ca?: string;
}

const OPTION = "--kafka";
const EXAMPLE = "127.0.0.1:9092/EVENTS";

/** `[kafka://][user:pass@]host:9092[,host:9092]/TOPIC[?group=NAME&as=NAME&sasl=MECHANISM&tls=on&ca=FILE]`. */
export function kafkaOptions(text: string): KafkaOptions {
  const cannot = (what: string, hint = `write it like ${EXAMPLE}`) => usage(`${OPTION}: ${what}`, hint);
  const { scheme, user, password, hosts, name, options } = parseAddress(text, {
    option: OPTION,
    example: EXAMPLE,
    known: ["group", "as", "sasl", "tls", "ca"],
  });
  if (scheme !== "" && scheme !== "kafka") throw cannot(`not a scheme: ${scheme}`);
  if (!/^[a-z0-9._-]{1,249}$/i.test(name)) throw cannot(`not a name of a topic: ${name}`);
  const tls = options.get("tls");
  if (tls !== undefined && tls !== "on" && tls !== "off") throw cannot(`tls is on or off: ${tls}`);
  const ca = options.get("ca");
  const asked = (options.get("sasl") ?? "PLAIN").toUpperCase();
  const mechanism = mechanisms.find((one) => one === asked);
  if (mechanism === undefined)
    throw cannot(`unknown mechanism: ${options.get("sasl")}`, `one of ${mechanisms.join(", ")}`);
  return {
    brokers: hosts,
    topic: name,
    group: options.get("group") ?? "cardscope",
    as: options.get("as") ?? name,
    ...(user !== undefined && { login: { mechanism, user, password: password ?? "" } }),
    ...((tls === "on" || (tls === undefined && ca !== undefined)) && { isEncrypted: true }),
    ...(ca !== undefined && { ca }),
  };
}

/** What the client is to connect with. It gives up at once: attempts are counted in one place. */
export function consumerOptions(options: KafkaOptions): ConsumerOptions<Buffer, Buffer, Buffer, Buffer> {
  const { brokers, group, login, isEncrypted, ca } = options;
  return {
    clientId: "cardscope",
    groupId: group,
    bootstrapBrokers: [...brokers],
    connectTimeout: 5_000,
    timeout: 10_000,
    retries: 0,
    autocommit: false,
    ...(login !== undefined && {
      sasl: { mechanism: login.mechanism, username: login.user, password: login.password },
    }),
    ...(isEncrypted === true && { tls: ca === undefined ? {} : { ca: readAuthority(ca) } }),
  };
}

function readAuthority(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unreadable";
    throw usage(`cannot read the certificates in ${path}: ${code}`, "name a file with ?ca=FILE");
  }
}
