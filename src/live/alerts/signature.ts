import { createHmac } from "node:crypto";

/** The header that tells a receiver who sent a body, and when; `seconds` since 1970. */
export const signatureOf = (secret: string, body: string, seconds: number): string =>
  `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
