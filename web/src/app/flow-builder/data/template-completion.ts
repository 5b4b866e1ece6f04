/** Suggestions while an expression is written: after `{{`, after `/` at the beginning of a word, and on Ctrl+Space. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { isolateHistory } from '@codemirror/commands';
import { EditorSelection, EditorState, type Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { finishRaw, rawRange } from './template-chips';

export interface Suggestion {
  /** What people search: "Webhook › body › name". */
  label: string;
  /** The value in the sample. */
  preview: string;
  /** With its braces. */
  text: string;
  fits: boolean;
}

export function suggestions(suggest: () => Promise<readonly Suggestion[]>): Extension {
  // One and the same source each time: CodeMirror knows by it what it has asked for.
  const data = [{ autocomplete: (context: CompletionContext) => complete(context, suggest) }];
  return EditorState.languageData.of(() => data);
}

async function complete(context: CompletionContext, suggest: () => Promise<readonly Suggestion[]>): Promise<CompletionResult | null> {
  const place = placeOf(context);
  if (!place) return null;
  const offered = await suggest();
  if (context.aborted || offered.length === 0) return null;
  return { from: place.from, options: offered.map((each) => option(each, place.replaced)), validFor: /^[^{}\n]*$/ };
}

/** Where the word to search begins, and how much before it is replaced by what is chosen. */
function placeOf(context: CompletionContext): { from: number; replaced: number } | null {
  const raw = rawRange(context.state);
  if (raw && context.pos >= raw.from + 2) return { from: raw.from + 2, replaced: 2 };
  const slash = context.matchBefore(/(^|\s)\/[\p{L}\p{N} ]*$/u);
  if (slash) {
    const from = slash.to - (slash.text.length - slash.text.indexOf('/') - 1);
    return { from, replaced: 1 };
  }
  return context.explicit ? { from: context.pos, replaced: 0 } : null;
}

function option(suggestion: Suggestion, replaced: number): Completion {
  return {
    label: suggestion.label,
    detail: suggestion.preview,
    boost: suggestion.fits ? 20 : 0,
    apply: (view: EditorView, _completion: Completion, from: number, to: number) => {
      const raw = rawRange(view.state);
      const start = raw ? raw.from : from - replaced;
      view.dispatch({
        changes: { from: start, to: raw ? raw.to : to, insert: suggestion.text },
        selection: EditorSelection.cursor(start + suggestion.text.length),
        effects: finishRaw.of(null),
        annotations: isolateHistory.of('full'),
        userEvent: 'input.complete',
      });
    },
  };
}
