import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { analyses } from "../../src/analyses/index.ts";
import { cardscope, type Files, script, sizes } from "./files.ts";
import type { Work } from "./works.ts";

/** What no peer learns the same is measured apart. */
const withoutLearning = Object.values(analyses)
  .filter(({ topic }) => topic !== "predict")
  .map(({ id }) => id);

/** Our whole process for a work; `folder` is empty, and for what is not written to standard output. */
export function ourCommand({ kind, size, memory }: Work, files: Files, folder: string): readonly string[] {
  const { users, cards } = files;
  const node = process.execPath;
  const analyze = [node, cardscope, "analyze", users, cards, "--quiet", ...bound(memory)];
  switch (kind) {
    case "typed-tables":
      return [node, script("read-sheet.mjs"), users];
    case "workbook":
      return [
        node,
        script("write-workbook.mjs"),
        users,
        cards,
        String(sizes[size]),
        join(folder, "list.xlsx"),
      ];
    case "report":
      // with no debt too small, nearly every customer is in the list
      return [
        ...[...analyze, "--out", join(folder, "report")],
        ...["--only", "high-debt-customers", "--set", "high_debt.ratio=0"],
      ];
    case "learning":
      return [...analyze, "--json"];
    default:
      return [...analyze, "--json", "--only", withoutLearning.join()];
  }
}

const help = spawnSync(process.execPath, [cardscope, "analyze", "--help"], { encoding: "utf8" }).stdout;
/** A bound on memory, where the product takes one. */
const bound = (memory: string | undefined): readonly string[] =>
  memory !== undefined && help.includes("--memory") ? ["--memory", memory] : [];
