import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Admin, Producer, stringSerializers } from "@platformatic/kafka";
import { selfSigned } from "./certificate.ts";
import { freePort, listening } from "./nats-server.ts";

const lib = fileURLToPath(new URL("kafka/lib", import.meta.url));

/** Why there is no broker to test with; undefined where there is one. */
export const withoutBroker: string | undefined = existsSync(join(lib, "kafka_2.13-4.1.1.jar"))
  ? undefined
  : "no Kafka broker: cd test/feeds/kafka && mvn -B -q dependency:copy-dependencies -DoutputDirectory=lib";

/** A broker of a test, with a folder that goes with it; `guarded` is where it asks for a login, under TLS. */
export class KafkaBroker implements AsyncDisposable {
  readonly port: number;
  readonly #guardedPort: number;
  /** Vouches for the broker there. */
  readonly authority: string;
  readonly #key: string;
  readonly #folder: string;
  #process: ChildProcess | null = null;

  private constructor(port: number, guardedPort: number, folder: string) {
    this.port = port;
    this.#guardedPort = guardedPort;
    this.#folder = folder;
    const { key, certificate } = selfSigned(folder);
    this.#key = key;
    this.authority = certificate;
  }

  static async start(): Promise<KafkaBroker> {
    const folder = await mkdtemp(join(tmpdir(), "cardscope-kafka-"));
    const broker = new KafkaBroker(await freePort(), await freePort(), folder);
    await broker.#format(await freePort());
    await broker.start();
    return broker;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  get guarded(): string {
    return `localhost:${this.#guardedPort}`;
  }

  async start(): Promise<void> {
    const args = [...java, "kafka.Kafka", this.#settings];
    this.#process = spawn("java", args, { stdio: "ignore", cwd: this.#folder });
    await listening(this.port, 60_000);
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await ended;
  }

  async createTopic(topic: string, partitions: number, settings: Record<string, string> = {}): Promise<void> {
    const configs = Object.entries(settings).map(([name, value]) => ({ name, value }));
    await this.#admin((admin) => admin.createTopics({ topics: [topic], partitions, replicas: 1, configs }));
  }

  async deleteTopic(topic: string): Promise<void> {
    await this.#admin((admin) => admin.deleteTopics({ topics: [topic] }));
  }

  async #admin(run: (admin: Admin) => Promise<unknown>): Promise<void> {
    const admin = new Admin({ clientId: "test", bootstrapBrokers: [this.host], retries: 10 });
    try {
      await run(admin);
    } finally {
      await admin.close();
    }
  }

  /** Into a partition, or spread over all of them. */
  async produce(topic: string, messages: readonly (string | null)[], partition?: number): Promise<void> {
    const producer = new Producer({
      clientId: "test",
      bootstrapBrokers: [this.host],
      serializers: stringSerializers,
      retries: 10,
    });
    try {
      for (let from = 0; from < messages.length; from += 1_000)
        await producer.send({
          messages: messages.slice(from, from + 1_000).map((value, i) => ({
            topic,
            ...(value !== null && { value }),
            key: String(from + i),
            ...(partition !== undefined && { partition }),
          })),
        });
    } finally {
      await producer.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #settings(): string {
    return join(this.#folder, "broker.properties");
  }

  async #format(controller: number): Promise<void> {
    const store = join(this.#folder, "store.pem");
    await writeFile(store, `${await readFile(this.#key, "utf8")}${await readFile(this.authority, "utf8")}`);
    const settings = {
      "process.roles": "broker,controller",
      "node.id": 1,
      "controller.quorum.voters": `1@127.0.0.1:${controller}`,
      listeners: `PLAINTEXT://127.0.0.1:${this.port},SASL_SSL://127.0.0.1:${this.#guardedPort},CONTROLLER://127.0.0.1:${controller}`,
      "advertised.listeners": `PLAINTEXT://127.0.0.1:${this.port},SASL_SSL://${this.guarded}`,
      "controller.listener.names": "CONTROLLER",
      "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL",
      "ssl.keystore.type": "PEM",
      "ssl.keystore.location": store,
      "sasl.enabled.mechanisms": "PLAIN",
      "listener.name.sasl_ssl.plain.sasl.jaas.config":
        'org.apache.kafka.common.security.plain.PlainLoginModule required user_reader="s3cret/@";',
      "log.dirs": join(this.#folder, "log"),
      "offsets.topic.replication.factor": 1,
      "offsets.topic.num.partitions": 1,
      "transaction.state.log.replication.factor": 1,
      "transaction.state.log.min.isr": 1,
      "transaction.state.log.num.partitions": 1,
      "auto.create.topics.enable": false,
      "log.retention.check.interval.ms": 500,
      "log.initial.task.delay.ms": 500,
    };
    const text = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(this.#settings, text.join(""));
    const id = randomBytes(16).toString("base64url");
    await promisify(execFile)("java", [
      ...java,
      "kafka.tools.StorageTool",
      "format",
      "-t",
      id,
      "-c",
      this.#settings,
    ]);
  }
}

const java = ["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", join(lib, "*")];
