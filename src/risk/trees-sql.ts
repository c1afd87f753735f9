import type { Tree, Trees } from "./model.ts";

/** Trees in one bracket of a sum: a chain of hundreds is deeper than some engines read. */
const GROUP = 16;

/**
 * The log odds of default as one portable expression. `column` gives the SQL of an input: a number, or text for a
 * category; null where missing.
 */
export function treesSql(trees: Trees, column: (input: string) => string): string {
  const columns = trees.inputs.map(({ input }) => column(input));
  let terms = [sqlNumber(trees.base), ...trees.trees.map((tree) => nodeSql(trees, tree, columns, 0))];
  while (terms.length > GROUP) terms = groups(terms).map((group) => `(${group.join("\n+ ")})`);
  return `(${terms.join("\n+ ")})`;
}

function groups<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / GROUP);
  return Array.from({ length: count }, (_, i) => items.slice(i * GROUP, (i + 1) * GROUP));
}

/** A null fails every comparison, so the side that the missing go to is the one of `else`. */
function nodeSql(trees: Trees, tree: Tree, columns: readonly string[], node: number): string {
  const input = tree.input[node]!;
  if (input < 0) return sqlNumber(tree.value[node]!);
  const asked = tree.missing_left[node] === 1 ? "right" : "left";
  const condition = conditionSql(trees.inputs[input]!, columns[input]!, tree.threshold[node]!, asked);
  const [left, right] = [tree.left[node]!, tree.right[node]!].map((child) =>
    nodeSql(trees, tree, columns, child),
  );
  const [then, other] = asked === "left" ? [left, right] : [right, left];
  // on one side of a threshold beyond all values there are only the missing
  return condition === undefined ? other! : `case when ${condition} then ${then} else ${other} end`;
}

function conditionSql(
  { order, codes }: Trees["inputs"][number],
  column: string,
  threshold: number,
  asked: "left" | "right",
): string | undefined {
  if (order.length > 0) {
    const levels = order.filter((_, place) => (asked === "left" ? place < threshold : place >= threshold));
    return levels.length === 0 ? undefined : `${column} in (${levels.map(sqlText).join(", ")})`;
  }
  const isAsked = (value: number) => (asked === "left" ? value < threshold : value >= threshold);
  const except = codes.filter(isAsked);
  const compared = `${column} ${asked === "left" ? "<" : ">="} ${sqlNumber(threshold)}`;
  return except.length === 0
    ? compared
    : `${compared} and ${column} not in (${except.map(sqlNumber).join(", ")})`;
}

/** With an exponent it is a double in every engine, and no decimal of limited digits. */
export function sqlNumber(value: number): string {
  return value.toExponential().replace("e+", "e");
}

/** A backslash is an escape in some engines and a character in others, so it is spelled by its number. */
export function sqlText(text: string): string {
  const quoted = (part: string) => `'${part.replaceAll("'", "''")}'`;
  if (!text.includes("\\")) return quoted(text);
  return `(${text.split("\\").map(quoted).join(" || chr(92) || ")})`;
}
