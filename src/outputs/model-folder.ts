import type { Dirent } from "node:fs";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Model, modelSchema } from "../risk/model.ts";
import type { Validation } from "../risk/validate.ts";
import { modelCard } from "./model-card.ts";
import type { Card } from "./model-content.ts";
import { renderCardHtml } from "./model-html.ts";
import { renderCardMarkdown } from "./model-markdown.ts";
import { validationCard } from "./model-validation.ts";
import { renderCardWorkbook } from "./model-workbook.ts";
import { writeWholeFile, writeWholeFolder } from "./whole-folder.ts";

export interface ModelFolderOptions {
  /** What stands in score.sql. */
  readonly sql: string;
  readonly signal?: AbortSignal;
  /** Told the name of each file before it is written. */
  readonly onFile?: (name: string) => void;
}

/** The text of model.json: keys in the order of the schema, a list of numbers on one line. */
export const modelText = (model: Model): string => `${pretty(modelSchema.parse(model), "")}\n`;

function pretty(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (!value.some((one) => typeof one === "object" && one !== null)) return JSON.stringify(value);
    return `[\n${value.map((one) => inner + pretty(one, inner)).join(",\n")}\n${indent}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, one]) => `${inner}${JSON.stringify(key)}: ${pretty(one, inner)}`,
  );
  return entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}\n${indent}}`;
}

/** Writes model.json, score.sql and the card as card.md, card.html and card.xlsx: all of them or none. */
export const writeModelFolder = (
  model: Model,
  directory: string,
  { sql, signal, onFile }: ModelFolderOptions,
): Promise<void> =>
  writeWholeFolder(directory, {
    firstForeign: foreignTo("model.json", MODEL, [
      "model.json",
      "score.sql",
      "card.md",
      "card.html",
      "card.xlsx",
    ]),
    signal,
    async fill(folder) {
      const write = writer(folder, signal, onFile);
      await write("model.json", modelText(model));
      await write("score.sql", sql.endsWith("\n") ? sql : `${sql}\n`);
      await writeCard(write, "card", modelCard(model));
    },
  });

/** Writes the model alone. */
export const writeModelFile = (
  model: Model,
  file: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<void> => writeWholeFile(file, (path) => writeFile(path, modelText(model), { flag: "wx" }), signal);

/** What `validate --json` prints, and validation.json holds. */
export const validationText = (model: Model, found: Validation): string =>
  `${pretty({ format: VALIDATION, version: 1, model: model.champion, ...found }, "")}\n`;

/** Writes validation.json and what it says as validation.md, validation.html and validation.xlsx: all or none. */
export const writeValidationFolder = (
  model: Model,
  found: Validation,
  directory: string,
  { signal, onFile }: Omit<ModelFolderOptions, "sql"> = {},
): Promise<void> =>
  writeWholeFolder(directory, {
    firstForeign: foreignTo("validation.json", VALIDATION, [
      "validation.json",
      "validation.md",
      "validation.html",
      "validation.xlsx",
    ]),
    signal,
    async fill(folder) {
      const write = writer(folder, signal, onFile);
      await write("validation.json", validationText(model, found));
      await writeCard(write, "validation", validationCard(model, found));
    },
  });

const MODEL = "cardscope-model";
const VALIDATION = "cardscope-validation";

type Write = (name: string, content: string | Uint8Array) => Promise<void>;

const writer =
  (folder: string, signal: AbortSignal | undefined, onFile: ((name: string) => void) | undefined): Write =>
  async (name, content) => {
    signal?.throwIfAborted();
    onFile?.(name);
    await writeFile(join(folder, name), content, { flag: "wx" });
  };

async function writeCard(write: Write, name: string, card: Card): Promise<void> {
  await write(`${name}.md`, renderCardMarkdown(card));
  await write(`${name}.html`, renderCardHtml(card));
  await write(`${name}.xlsx`, await renderCardWorkbook(card));
}

/** An earlier run left these files and no other, and the first of them says what it is. */
const foreignTo =
  (mark: string, format: string, files: readonly string[]) =>
  async (folder: string, entries: readonly Dirent[]): Promise<string | undefined> => {
    const other = entries.find((entry) => !entry.isFile() || !files.includes(entry.name));
    if (other !== undefined) return other.name;
    return (await beginsWith(join(folder, mark), format)) ? undefined : entries[0]?.name;
  };

/** Whether the file is ours, by its first line but one. */
async function beginsWith(file: string, format: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(200), 0, 200, 0);
    return buffer.toString("utf8", 0, bytesRead).includes(`"format": "${format}"`);
  } finally {
    await handle.close();
  }
}
