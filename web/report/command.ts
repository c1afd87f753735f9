/** The shell line that runs a statement over the same files. */
export function commandOf(sql: string, inputs: readonly { readonly file: string }[]): string {
  const files = [...new Set(inputs.map(({ file }) => file))].map((file) =>
    /^[\w./-]+$/.test(file) ? file : quoted(file),
  );
  return ["cardscope sql", quoted(sql), ...files].join(" ");
}

/** In double quotes, so that the quotes of SQL stay as they are; what a shell would read into them is escaped. */
const quoted = (text: string): string => `"${text.replace(/[\\"$`]/g, "\\$&")}"`;
