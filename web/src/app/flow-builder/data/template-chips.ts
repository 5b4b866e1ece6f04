/** Expressions as chips in a CodeMirror text: widgets that are passed, selected and deleted as one; one at a time can be edited as text. */
import { EditorSelection, type EditorState, type Extension, Facet, type Range, RangeSet, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';
import { segmentsOf } from './expression';

/** Draws an expression into an element; the answer takes it away again. */
export type RenderChip = (element: HTMLElement, expression: string, isChosen: boolean) => () => void;

export interface Span {
  from: number;
  to: number;
}

const startRaw = StateEffect.define<Span>();
export const finishRaw = StateEffect.define<null>();

/** The expression that is edited as text, until the cursor leaves it. */
const raw = StateField.define<Span | null>({
  create: () => null,
  update(span, transaction) {
    let next = span && { from: transaction.changes.mapPos(span.from, -1), to: transaction.changes.mapPos(span.to, 1) };
    for (const effect of transaction.effects) {
      if (effect.is(startRaw)) next = effect.value;
      if (effect.is(finishRaw)) next = null;
    }
    if (!next || next.from >= next.to) return null;
    const { from, to } = transaction.newSelection.main;
    return from < next.from || to > next.to ? null : next;
  },
});

export const rawRange = (state: EditorState): Span | null => state.field(raw);

/** Edits an expression as text, the cursor at its end or at `cursor`. */
export function editRaw(view: EditorView, span: Span, cursor = span.to - 2): void {
  view.dispatch({ effects: startRaw.of(span), selection: EditorSelection.cursor(cursor) });
}

class ChipWidget extends WidgetType {
  constructor(
    readonly expression: string,
    readonly isChosen: boolean,
    private readonly render: RenderChip,
  ) {
    super();
  }

  override eq(other: ChipWidget): boolean {
    return other.expression === this.expression && other.isChosen === this.isChosen;
  }

  override toDOM(): HTMLElement {
    const element = document.createElement('span');
    element.className = 'pw-chip';
    LEAVE.set(element, this.render(element, this.expression, this.isChosen));
    return element;
  }

  override destroy(element: HTMLElement): void {
    LEAVE.get(element)?.();
    LEAVE.delete(element);
  }

  /** The editor sees the mouse, so that a click selects the chip. */
  override ignoreEvent(): boolean {
    return false;
  }
}

/** What takes a chip's contents away, by its element: CodeMirror gives an element of one widget to an equal one. */
const LEAVE = new WeakMap<HTMLElement, () => void>();

const chipSpans = Facet.define<readonly Span[], readonly Span[]>({ combine: (values) => values[0] ?? [] });

interface Chips {
  decorations: DecorationSet;
  spans: readonly Span[];
}

export function chips(render: RenderChip): Extension {
  const field = StateField.define<Chips>({
    create: (state) => chipsOf(state, render),
    update: (value, transaction) =>
      transaction.docChanged || transaction.selection || transaction.effects.length > 0 ? chipsOf(transaction.state, render) : value,
    provide: (self) => [
      EditorView.decorations.from(self, (value) => value.decorations),
      EditorView.atomicRanges.of((view) => {
        const value = view.state.field(self, false);
        return value ? RangeSet.of(value.spans.map(({ from, to }) => Decoration.mark({}).range(from, to))) : RangeSet.empty;
      }),
      chipSpans.from(self, (value) => value.spans),
    ],
  });
  return [raw, field, mouse];
}

function chipsOf(state: EditorState, render: RenderChip): Chips {
  const open = state.field(raw);
  const { from, to } = state.selection.main;
  const decorations: Range<Decoration>[] = [];
  const spans: Span[] = [];
  for (const segment of segmentsOf(state.doc.toString())) {
    if (segment.kind === 'text' || (open && segment.from < open.to && segment.to > open.from)) continue;
    const isChosen = from <= segment.from && to >= segment.to && from < to;
    decorations.push(Decoration.replace({ widget: new ChipWidget(segment.source, isChosen, render) }).range(segment.from, segment.to));
    spans.push({ from: segment.from, to: segment.to });
  }
  if (open) decorations.push(Decoration.mark({ class: 'pw-raw' }).range(open.from, open.to));
  return { decorations: Decoration.set(decorations, true), spans };
}

/** The chip at a position: the one that begins there (1), that ends there (-1), or either. */
export function chipAt(state: EditorState, position: number, direction: 1 | -1 | 0 = 0): Span | undefined {
  return state.facet(chipSpans).find(({ from, to }) => (direction >= 0 && from === position) || (direction <= 0 && to === position));
}

/** A click selects a chip, a double click edits its expression. */
const mouse = EditorView.domEventHandlers({
  mousedown: (event, view) => {
    const chip = chipOf(event, view);
    if (!chip || event.button !== 0 || event.shiftKey) return false;
    event.preventDefault();
    view.focus();
    if (event.detail > 1 && !view.state.readOnly) editRaw(view, chip);
    else view.dispatch({ selection: EditorSelection.range(chip.from, chip.to) });
    return true;
  },
});

function chipOf(event: MouseEvent, view: EditorView): Span | undefined {
  const element = event.target instanceof Element ? event.target.closest('.pw-chip') : null;
  if (!element || !view.contentDOM.contains(element)) return undefined;
  return chipAt(view.state, view.posAtDOM(element), 1);
}
