import { buildWeb, isStale } from "../scripts/build-web.mjs";

/** Tests read the built report: build it once when it is missing or older than web/. */
export default async function setup(): Promise<void> {
  if (isStale()) await buildWeb();
}
