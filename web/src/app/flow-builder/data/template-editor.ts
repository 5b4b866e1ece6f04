/** The editor of a text with expressions, over CodeMirror. Only ever imported lazily: it is a chunk of its own. */
import { acceptCompletion, autocompletion, completionStatus, startCompletion } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, isolateHistory } from '@codemirror/commands';
import { Compartment, EditorSelection, EditorState, type Extension, Prec, Transaction } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { type RenderChip, chipAt, chips, editRaw, finishRaw, rawRange } from './template-chips';
import { type Suggestion, suggestions } from './template-completion';

export interface EditorLook {
  label: string;
  placeholder: string;
  disabled: boolean;
  invalid: boolean;
}

export interface TemplateEditorOptions {
  parent: HTMLElement;
  text: string;
  multiline: boolean;
  renderChip: RenderChip;
  suggest: () => Promise<readonly Suggestion[]>;
  changed: (text: string) => void;
}

export interface TemplateEditor {
  readonly text: string;
  setText(text: string): void;
  configure(state: EditorLook): void;
  /** Puts a text at the cursor, in the place of what is selected or being written as an expression. */
  insert(text: string): void;
  focus(at?: { x: number; y: number }): void;
  destroy(): void;
}

export function createTemplateEditor(options: TemplateEditorOptions): TemplateEditor {
  const look = new Compartment();
  let isSetting = false;
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      selection: EditorSelection.cursor(options.text.length),
      extensions: [
        history(),
        chips(options.renderChip),
        suggestions(options.suggest),
        autocompletion({ activateOnTyping: true, icons: false, interactionDelay: 30, tooltipClass: () => 'pw-suggestions' }),
        keys(options.multiline),
        braces,
        EditorView.lineWrapping,
        options.multiline ? [] : singleLine,
        theme,
        look.of([]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !isSetting) options.changed(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    get text() {
      return view.state.doc.toString();
    },
    setText: (text) => {
      if (text === view.state.doc.toString()) return;
      isSetting = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, annotations: Transaction.addToHistory.of(false) });
      isSetting = false;
    },
    configure: (state) => view.dispatch({ effects: look.reconfigure(looks(state, options.multiline)) }),
    insert: (text) => insert(view, text),
    focus: (at) => {
      view.focus();
      const place = at && view.posAtCoords(at, false);
      if (place !== undefined) view.dispatch({ selection: EditorSelection.cursor(place) });
    },
    destroy: () => view.destroy(),
  };
}

function looks({ label, placeholder: hint, disabled, invalid }: EditorLook, multiline: boolean): Extension {
  const attributes: Record<string, string> = {
    'aria-label': label,
    'aria-multiline': String(multiline),
    spellcheck: 'false',
    tabindex: '0',
  };
  if (invalid) attributes['aria-invalid'] = 'true';
  if (disabled) Object.assign(attributes, { 'aria-disabled': 'true', tabindex: '-1' });
  return [
    EditorView.contentAttributes.of(attributes),
    hint ? placeholder(hint) : [],
    disabled ? [EditorState.readOnly.of(true), EditorView.editable.of(false)] : [],
  ];
}

function insert(view: EditorView, text: string): void {
  const raw = rawRange(view.state);
  const { from, to } = raw ?? view.state.selection.main;
  view.dispatch({
    changes: { from, to, insert: text },
    selection: EditorSelection.cursor(from + text.length),
    effects: finishRaw.of(null),
    scrollIntoView: true,
    annotations: isolateHistory.of('full'),
    userEvent: 'input.complete',
  });
}

// Keys

function keys(multiline: boolean): Extension {
  return [
    Prec.high(
      keymap.of([
        { key: 'Enter', run: (view) => acceptCompletion(view) || openChip(view) || closeRaw(view) || !multiline },
        { key: 'Tab', run: acceptCompletion },
        { key: 'Escape', run: (view) => (completionStatus(view.state) === null ? closeRaw(view) : false) },
        { key: 'ArrowLeft', run: (view) => stepOver(view, -1) },
        { key: 'ArrowRight', run: (view) => stepOver(view, 1) },
        { key: 'Ctrl-Space', mac: 'Cmd-Space', run: startCompletion },
      ]),
    ),
    keymap.of([...historyKeymap, ...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter')]),
  ];
}

/** Enter on a chip that is selected: its expression is edited as text. */
function openChip(view: EditorView): boolean {
  const { from, to } = view.state.selection.main;
  const chip = chipAt(view.state, from);
  if (!chip || chip.from !== from || chip.to !== to) return false;
  editRaw(view, chip);
  return true;
}

/** The expression that is edited as text becomes a chip again. */
function closeRaw(view: EditorView): boolean {
  const raw = rawRange(view.state);
  if (!raw) return false;
  view.dispatch({ selection: EditorSelection.cursor(raw.to), effects: finishRaw.of(null) });
  return true;
}

/** An arrow key next to a chip selects it first, then goes past it: so Enter, copying and a screen reader can reach it. */
function stepOver(view: EditorView, direction: 1 | -1): boolean {
  const { main } = view.state.selection;
  const chip = chipAt(view.state, direction === 1 ? main.from : main.to, direction);
  if (!chip) return false;
  const isSelected = main.from === chip.from && main.to === chip.to;
  if (!isSelected && !main.empty) return false;
  const selection = isSelected ? EditorSelection.cursor(direction === 1 ? chip.to : chip.from) : EditorSelection.range(chip.from, chip.to);
  view.dispatch({ selection, scrollIntoView: true, userEvent: 'select' });
  return true;
}

/** Typing `{{` makes an expression to be written; typing `}}` at its end leaves it. */
const braces = EditorView.inputHandler.of((view, from, to, text) => {
  const { doc } = view.state;
  if (text === '{' && from === to && doc.sliceString(from - 1, from) === '{' && !rawRange(view.state)) {
    view.dispatch({ changes: { from, insert: '{}}' }, selection: EditorSelection.cursor(from + 1), userEvent: 'input.type' });
    editRaw(view, { from: from - 1, to: from + 3 }, from + 1);
    startCompletion(view);
    return true;
  }
  const raw = rawRange(view.state);
  if (text === '}' && raw && from === to && doc.sliceString(from, from + 1) === '}' && from >= raw.to - 2) {
    const end = from + 1;
    view.dispatch({ selection: EditorSelection.cursor(end), effects: end === raw.to ? [finishRaw.of(null)] : [] });
    return true;
  }
  return false;
});

/** A field of one line takes no line breaks; those that its value had before stay. */
const singleLine: Extension = [
  EditorView.clipboardInputFilter.of((text) => text.replace(/\s*\r?\n\s*/g, ' ')),
  EditorState.transactionFilter.of((transaction) =>
    transaction.isUserEvent('input.type') && transaction.newDoc.lines > transaction.startState.doc.lines ? [] : transaction,
  ),
];

const theme = EditorView.theme({
  '&': { width: '100%', color: 'inherit' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'inherit', lineHeight: 'inherit', overflow: 'auto', maxHeight: 'inherit' },
  '.cm-content': { padding: '0', minHeight: 'inherit', caretColor: 'var(--pw-text)' },
  '.cm-line': { padding: '0' },
  '.cm-placeholder': { color: 'var(--pw-text-soft)' },
  '.pw-raw': { fontFamily: 'var(--pw-mono)', fontSize: '12.5px', lineHeight: '1', color: 'var(--pw-accent)' },
  '.pw-chip': { display: 'inline-block', maxWidth: '100%', verticalAlign: 'top', height: '24px', padding: '1px', marginInline: '1px' },
  '&.cm-editor .cm-tooltip.pw-suggestions': suggestionList(),
  '.cm-tooltip.pw-suggestions > ul': { fontFamily: 'inherit', maxHeight: '280px' },
  '.cm-tooltip.pw-suggestions > ul > li': {
    display: 'flex',
    gap: '12px',
    padding: '4px 10px',
    lineHeight: '20px',
    borderRadius: 'var(--pw-radius-small)',
  },
  '.cm-tooltip.pw-suggestions > ul > li[aria-selected]': { background: 'var(--pw-accent-soft)', color: 'var(--pw-text)' },
  '.cm-tooltip.pw-suggestions .cm-completionLabel': { flex: '1 0 auto' },
  '.cm-tooltip.pw-suggestions .cm-completionDetail': {
    flex: '0 1 auto',
    marginLeft: '0',
    maxWidth: '180px',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    fontStyle: 'normal',
    color: 'var(--pw-text-soft)',
  },
  '.cm-tooltip.pw-suggestions .cm-completionMatchedText': { textDecoration: 'none', fontWeight: '650' },
});

function suggestionList(): Record<string, string> {
  return {
    background: 'var(--pw-raised)',
    color: 'var(--pw-text)',
    border: '1px solid var(--pw-line)',
    borderRadius: 'var(--pw-radius)',
    boxShadow: 'var(--pw-shadow-high)',
    padding: '4px',
    fontSize: '13px',
  };
}
