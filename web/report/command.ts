import type { Analysis, Report } from "./data.ts";

/**
 * The shell line that runs an analysis again. Its SQL reads models that depend on the day and the thresholds, so
 * the line carries both. Undefined where there is none: what events have changed no files give again.
 */
export function commandOf(
  { sql, params }: Pick<Analysis, "sql" | "params">,
  {
    document,
    parameters,
  }: {
    readonly document: {
      readonly as_of: string;
      readonly inputs: readonly { readonly file: string }[];
      readonly look?: { readonly events?: unknown };
    };
    readonly parameters: Report["parameters"];
  },
): string | undefined {
  if (document.inputs.length === 0 || document.look?.events !== undefined) return undefined;
  const files = [...new Set(document.inputs.map(({ file }) => file))].map((file) =>
    /^[\w./-]+$/.test(file) ? file : quoted(file),
  );
  const set = Object.entries(params)
    .filter(([name, value]) => parameters[name]?.default !== value)
    .map(([name, value]) => `--set ${name}=${value}`);
  return ["cardscope sql", quoted(sql), ...files, `--as-of ${document.as_of}`, ...set].join(" ");
}

/** In double quotes, so that the quotes of SQL stay as they are; what a shell would read into them is escaped. */
const quoted = (text: string): string => `"${text.replace(/[\\"$`]/g, "\\$&")}"`;
