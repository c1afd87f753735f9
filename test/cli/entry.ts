import { main } from "../../src/cli/main.ts";

await main(process.argv);
if (process.env["SHOW_LIBRARIES"] !== undefined) {
  const report = process.report?.getReport() as unknown as { sharedObjects: string[] };
  console.error(
    report.sharedObjects.filter((path) => path.includes("duckdb")).length > 0 ? "engine" : "no engine",
  );
}
