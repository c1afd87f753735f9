/** As /api/live/changes answers. */
export interface Change {
  readonly position: number;
  readonly at: string;
  readonly via: "http" | "nats" | "kafka" | "replay";
  readonly id: string;
  readonly source: string;
  readonly type: "customer" | "card" | "balance";
  readonly subject: string;
  readonly op: "upsert" | "delete";
  readonly sequence: number;
  readonly time: string;
  readonly outcome: "applied" | "superseded";
}

/** As /api/live/dead-letters answers. */
export interface Letter {
  readonly number: number;
  readonly at: string;
  readonly via: Change["via"];
  readonly line: number;
  readonly reason: string;
  readonly body: string | null;
  readonly length: number;
  readonly sha256: string;
}
