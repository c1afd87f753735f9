import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { CardscopeError, refused } from "../errors.ts";
import { type Model, modelSchema, type Tree } from "../risk/model.ts";

/** Far above any model of ours: what is larger is another file. */
const MOST_BYTES = 64 * 1024 * 1024;
const HINT = "give the model.json that cardscope train wrote, or the folder with it";

/** Opens a model: a folder with model.json in it, or the file. */
export async function openModel(path: string): Promise<Model> {
  const name = basename(path);
  try {
    const file = (await stat(path)).isDirectory() ? join(path, "model.json") : path;
    const { size } = await stat(file);
    if (size > MOST_BYTES) throw refused(`${name}: too large for a model: ${size} bytes`, HINT);
    return parseModel(await readFile(file, "utf8"), name);
  } catch (error) {
    if (error instanceof CardscopeError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw refused(
      code === "ENOENT" ? `${name}: no model there` : `${name}: cannot be read: ${code ?? String(error)}`,
      HINT,
      error,
    );
  }
}

/** A model from its text; `name` is what messages call it. Refuses whatever could not be scored with. */
export function parseModel(text: string, name: string): Model {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw refused(`${name}: not a model: not JSON`, HINT, cause);
  }
  const { format, version } = (content ?? {}) as { format?: unknown; version?: unknown };
  if (format !== "cardscope-model") throw refused(`${name}: not a model of Cardscope`, HINT);
  if (version !== 1)
    throw refused(`${name}: a model of version ${String(version)}`, "this Cardscope reads version 1");
  const parsed = modelSchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refused(
      `${name}: a damaged model: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`,
      "train it again, or take the file from where it was written",
    );
  }
  const damage = damageIn(parsed.data);
  if (damage !== undefined)
    throw refused(
      `${name}: a damaged model: ${damage}`,
      "train it again, or take the file from where it was written",
    );
  return parsed.data;
}

/** What the shape alone does not show: names that lead nowhere, and trees that would never end. */
function damageIn({ champion, inputs, scorecard, trees, performance }: Model): string | undefined {
  const names = new Set(inputs.map(({ name }) => name));
  if (names.size !== inputs.length) return "two inputs of one name";
  const stranger = [
    ...scorecard.characteristics.map(({ input }) => input),
    ...(trees?.inputs ?? []).map(({ input }) => input),
  ].find((input) => !names.has(input));
  if (stranger !== undefined) return `no input ${JSON.stringify(stranger)}`;
  if (champion === "trees" && trees === null) return "its trees are missing";
  if (performance[0]?.model !== champion) return "its performance is another model's";
  const broken = (trees?.trees ?? []).findIndex((tree) => !isSound(tree, trees?.inputs.length ?? 0));
  return broken < 0 ? undefined : `tree ${broken + 1} is none`;
}

/** Every node leads to later ones, so that every walk ends in a leaf. */
function isSound(
  { input, threshold, left, right, missing_left, value, cover }: Tree,
  inputs: number,
): boolean {
  const nodes = input.length;
  const lengths = [threshold, left, right, missing_left, value, cover].map(({ length }) => length);
  const isLater = (to: number | undefined, from: number) => to !== undefined && to > from && to < nodes;
  return (
    nodes > 0 &&
    lengths.every((length) => length === nodes) &&
    input.every(
      (of, i) => of === -1 || (of >= 0 && of < inputs && isLater(left[i], i) && isLater(right[i], i)),
    )
  );
}
