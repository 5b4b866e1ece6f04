/** CodeMirror as the application uses it. Only ever imported lazily: it is a chunk of its own. */
import {
  type CompletionContext,
  type CompletionResult,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import { python } from '@codemirror/lang-python';
import {
  HighlightStyle,
  bracketMatching,
  foldGutter,
  foldKeymap,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  MatchDecorator,
  ViewPlugin,
  type ViewUpdate,
  drawSelection,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

export type EditorLanguage = 'javascript' | 'typescript' | 'python' | 'json';

export interface EditorOptions {
  parent: HTMLElement;
  text: string;
  language: EditorLanguage;
  label: string;
  readonly: boolean;
  changed: (text: string) => void;
  left: () => void;
  /** The names that `inputs.` offers. */
  inputNames: () => readonly string[];
}

export interface Editor {
  setText(text: string): void;
  setLanguage(language: EditorLanguage): void;
  setReadonly(readonly: boolean): void;
  /** Puts a text where the cursor is, in the place of what is selected. */
  insert(text: string): void;
  focus(): void;
  destroy(): void;
}

export function createEditor(options: EditorOptions): Editor {
  const language = new Compartment();
  const editable = new Compartment();
  let isSetting = false;
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        basics(options.language === 'json'),
        language.of(support(options.language, options.inputNames)),
        editable.of(readonly(options.readonly)),
        EditorView.contentAttributes.of({ 'aria-label': options.label }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !isSetting) options.changed(update.state.doc.toString());
        }),
        EditorView.domEventHandlers({
          blur: () => options.left(),
          // Escape lets the next Tab leave the editor (CodeMirror does that); it must not close what the editor is in as well.
          keydown: (event) => {
            if (event.key === 'Escape') event.stopPropagation();
          },
        }),
      ],
    }),
  });
  return {
    setText: (text) => {
      if (text === view.state.doc.toString()) return;
      isSetting = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      isSetting = false;
    },
    setLanguage: (next) => view.dispatch({ effects: language.reconfigure(support(next, options.inputNames)) }),
    setReadonly: (is) => view.dispatch({ effects: editable.reconfigure(readonly(is)) }),
    insert: (text) => {
      view.dispatch(view.state.replaceSelection(text));
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

function basics(isCompact: boolean): Extension {
  return [
    isCompact ? [] : [lineNumbers(), foldGutter(), highlightActiveLine()],
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ icons: false }),
    syntaxHighlighting(COLOURS),
    EditorView.lineWrapping,
    expressions,
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...foldKeymap, indentWithTab]),
    LOOK,
  ];
}

function readonly(is: boolean): Extension {
  return [EditorState.readOnly.of(is), EditorView.editable.of(!is)];
}

function support(language: EditorLanguage, inputNames: () => readonly string[]): Extension {
  switch (language) {
    case 'json':
      return [json(), indentUnit.of('  ')];
    case 'python': {
      const base = python();
      return [base, indentUnit.of('    '), base.language.data.of({ autocomplete: pythonInputs(inputNames) })];
    }
    default: {
      const base = javascript({ typescript: language === 'typescript' });
      return [base, indentUnit.of('  '), base.language.data.of({ autocomplete: scriptInputs(inputNames) })];
    }
  }
}

/** `inputs.` offers the names of the inputs; one that is no identifier goes into brackets. */
function scriptInputs(names: () => readonly string[]) {
  return (context: CompletionContext): CompletionResult | null => {
    const before = context.matchBefore(/\binputs\??\.[\w$]*/);
    if (!before) return null;
    const from = before.from + before.text.indexOf('.') + 1;
    return {
      from,
      options: names().map((name) => ({
        label: name,
        type: 'property',
        apply: (view: EditorView, _completion, start: number, end: number) => {
          const isIdentifier = /^[A-Za-z_$][\w$]*$/.test(name);
          const [first, text] = isIdentifier ? [start, name] : [start - 1, `['${name.replaceAll("'", "\\'")}']`];
          view.dispatch({ changes: { from: first, to: end, insert: text }, selection: { anchor: first + text.length } });
        },
      })),
      validFor: /^[\w$]*$/,
    };
  };
}

/** `inputs[` and `inputs.` offer the names of the inputs as keys: in Python the inputs are a dict. */
function pythonInputs(names: () => readonly string[]) {
  return (context: CompletionContext): CompletionResult | null => {
    const before = context.matchBefore(/\binputs(\.|\[['"]?)\w*/);
    if (!before) return null;
    return {
      from: before.from + 'inputs'.length,
      filter: false,
      options: names().map((name) => ({
        label: `["${name}"]`,
        type: 'property',
        apply: (view: EditorView, _completion, start: number, end: number) => {
          const closing = /^["']?\]/.exec(view.state.sliceDoc(end, end + 2))?.[0].length ?? 0;
          const text = `["${name}"]`;
          view.dispatch({ changes: { from: start, to: end + closing, insert: text }, selection: { anchor: start + text.length } });
        },
      })),
    };
  };
}

const expressionMarks = new MatchDecorator({ regexp: /\{\{[^{}]*\}\}/g, decoration: Decoration.mark({ class: 'cm-expression' }) });
const expressions = ViewPlugin.fromClass(
  class {
    decorations;
    constructor(view: EditorView) {
      this.decorations = expressionMarks.createDeco(view);
    }
    update(update: ViewUpdate) {
      this.decorations = expressionMarks.updateDeco(update, this.decorations);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: 'var(--pw-accent)', fontWeight: '550' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--pw-good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--pw-warn)' },
  { tag: [tags.comment], color: 'var(--pw-text-soft)', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.className], color: 'var(--pw-warn)' },
  { tag: [tags.propertyName], color: 'var(--pw-accent)' },
  { tag: [tags.invalid], color: 'var(--pw-bad)' },
]);

const LOOK = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--pw-surface)', color: 'var(--pw-text)', fontSize: '12.5px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--pw-mono)', lineHeight: '1.55' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--pw-text)' },
  '.cm-line': { padding: '0 10px' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--pw-text-soft)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--pw-accent) 6%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--pw-text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--pw-accent) 26%, transparent) !important',
  },
  '.cm-matchingBracket': { backgroundColor: 'var(--pw-accent-soft) !important', outline: '1px solid var(--pw-line-strong)' },
  '.cm-expression': { borderRadius: '4px', backgroundColor: 'var(--pw-accent-soft)' },
  '.cm-tooltip': {
    border: '1px solid var(--pw-line)',
    borderRadius: 'var(--pw-radius-small)',
    overflow: 'hidden',
    backgroundColor: 'var(--pw-raised)',
    color: 'var(--pw-text)',
    boxShadow: 'var(--pw-shadow-high)',
  },
  '.cm-tooltip-autocomplete > ul > li': { padding: '4px 10px !important' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--pw-accent-soft) !important',
    color: 'var(--pw-text) !important',
  },
});
