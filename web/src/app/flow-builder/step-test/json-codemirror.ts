/** An editor for JSON, over CodeMirror. Only ever imported lazily. */
import { closeBrackets } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--pw-accent)' },
  { tag: tags.string, color: 'var(--pw-good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--pw-warn)' },
]);

const THEME = EditorView.theme({
  '&': { fontSize: '12.5px', maxHeight: '360px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--pw-mono)', lineHeight: '20px', overflow: 'auto' },
  '.cm-content': { padding: '8px 0', minHeight: '160px', caretColor: 'var(--pw-text)' },
  '.cm-line': { padding: '0 10px' },
});

export function createJsonEditor(parent: HTMLElement, text: string, label: string, changed: (text: string) => void): EditorView {
  return new EditorView({
    parent,
    doc: text,
    extensions: [
      history(),
      json(),
      bracketMatching(),
      closeBrackets(),
      indentOnInput(),
      syntaxHighlighting(COLOURS),
      keymap.of([...historyKeymap, ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter')]),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
      THEME,
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed(update.state.doc.toString());
      }),
    ],
  });
}
