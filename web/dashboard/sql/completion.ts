import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { QueryTables } from "../../../src/server/routes/sql.ts";

type Table = QueryTables[number];

/** Offers tables, and columns of the tables that the query names; behind a dot those of that table alone. */
export const completeNames =
  (tables: () => QueryTables) =>
  (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/[\w.]*/);
    if (word === null || (word.from === word.to && !context.explicit)) return null;
    const text = context.state.doc.toString();
    const dot = word.text.lastIndexOf(".");
    if (dot >= 0) {
      const table = tableOf(tables(), text, word.text.slice(0, dot));
      return table === undefined ? null : { from: word.from + dot + 1, options: columnsOf([table]) };
    }
    const named = tables().filter(({ name }) => new RegExp(`\\b${name}\\b`, "i").test(text));
    return {
      from: word.from,
      options: [
        ...columnsOf(named.length === 0 ? tables() : named),
        ...tables().map(({ name, doc }) => ({
          label: name,
          type: "class",
          detail: "table",
          info: doc,
          boost: 1,
        })),
      ],
      validFor: /^\w*$/,
    };
  };

/** A table by its name, or by the alias that the query gives it. */
function tableOf(tables: QueryTables, text: string, name: string): Table | undefined {
  const find = (wanted: string | undefined) =>
    tables.find((table) => table.name.toLowerCase() === wanted?.toLowerCase());
  const alias = new RegExp(`\\b(\\w+)\\s+(?:as\\s+)?${name}\\b`, "gi");
  return find(name) ?? [...text.matchAll(alias)].map(([, of]) => find(of)).find((table) => table);
}

/** Each name once, with what it means in each table. */
function columnsOf(tables: readonly Table[]): Completion[] {
  const found = new Map<string, { type: string; docs: Map<string, string[]> }>();
  for (const table of tables)
    for (const { name, type, doc } of table.columns) {
      const column = found.get(name) ?? { type, docs: new Map() };
      column.docs.set(doc, [...(column.docs.get(doc) ?? []), table.name]);
      found.set(name, column);
    }
  return [...found].map(([label, { type, docs }]) => ({
    label,
    type: "property",
    detail: type.toLowerCase(),
    info: [...docs].map(([doc, of]) => `${of.join(", ")}: ${doc}`).join("\n"),
    boost: 2,
  }));
}
