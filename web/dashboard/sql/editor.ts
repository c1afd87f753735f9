import {
  acceptCompletion,
  autocompletion,
  type CompletionSource,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { keywordCompletionSource, PostgreSQL, sql } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { QueryTables } from "../../../src/server/routes/sql.ts";
import { completeNames } from "./completion.ts";
import type { Place } from "./place.ts";

export interface Editor {
  setText(text: string): void;
  /** Marks where the engine stopped. */
  mark(place: Place | undefined): void;
  focus(): void;
  close(): void;
}

interface Options {
  readonly text: string;
  readonly label: string;
  /** Id of the element that says how to use the keys. */
  readonly hint: string;
  readonly tables: () => QueryTables;
  readonly onchange: (text: string) => void;
  readonly onrun: () => void;
}

const setFault = StateEffect.define<number | undefined>();
const faults = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { effects, docChanged, state }) {
    let next = docChanged ? Decoration.none : marks;
    for (const effect of effects)
      if (effect.is(setFault)) {
        const from = Math.min(effect.value ?? 0, Math.max(0, state.doc.length - 1));
        const to = state.wordAt(from)?.to ?? Math.min(state.doc.length, from + 1);
        next =
          effect.value === undefined || to <= from
            ? Decoration.none
            : Decoration.set([Decoration.mark({ class: "cm-fault" }).range(from, to)]);
      }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const look = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--surface)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px", overflow: "auto" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 10px" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--muted)", border: "none" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 22%, transparent)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "transparent",
    outline: "1px solid var(--line-strong)",
  },
  ".cm-fault": { borderBottom: "2px solid var(--error)" },
  ".cm-tooltip": {
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
    backgroundColor: "var(--surface)",
    color: "var(--ink)",
  },
  // as high as its options: what scrolls would have to be focusable
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    maxHeight: "none",
    fontFamily: "var(--mono)",
    fontSize: "12px",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--hover)",
    color: "var(--ink)",
    outline: "1px solid var(--accent)",
    outlineOffset: "-1px",
  },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal" },
  ".cm-completionInfo": { maxWidth: "320px", padding: "6px 8px", fontSize: "12px", whiteSpace: "pre-line" },
});

const colors = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--info)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--warning)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warning)" },
  { tag: [tags.lineComment, tags.blockComment], color: "var(--muted)", fontStyle: "italic" },
]);

/** Completions at once; the arrow keys reach the others. */
const SHOWN = 9;

const keywordsOf = keywordCompletionSource(PostgreSQL);
/** Behind a dot are columns only. */
const keywords: CompletionSource = (context) => (context.matchBefore(/\.\w*$/) ? null : keywordsOf(context));

/** An editor in place of the text area that the server drew. */
export function openEditor(parent: HTMLElement, options: Options): Editor {
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "";
  const names = completeNames(options.tables);
  const run = () => {
    options.onrun();
    return true;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        EditorView.cspNonce.of(nonce),
        lineNumbers(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        EditorView.lineWrapping,
        sql({ dialect: PostgreSQL }).language,
        autocompletion({ override: [names, keywords], icons: false, maxRenderedOptions: SHOWN }),
        syntaxHighlighting(colors),
        faults,
        look,
        EditorView.contentAttributes.of({ "aria-label": options.label, "aria-describedby": options.hint }),
        Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
        keymap.of([
          { key: "Tab", run: acceptCompletion },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...historyKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onchange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText(text) {
      if (text !== view.state.doc.toString())
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    mark(place) {
      const line = place && view.state.doc.lines >= place.line ? view.state.doc.line(place.line) : undefined;
      const at = line && place ? Math.min(line.to, line.from + place.column) : undefined;
      view.dispatch({ effects: setFault.of(at) });
    },
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}
