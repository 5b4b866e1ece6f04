/** What can be picked: the actions or triggers of the installed pieces, and the steps without a piece. */
import type { PieceSummary } from '../../api/schema';
import type { StepKind } from '../../design/step-tree';
import { CODE_LANGUAGES, type CodeLanguage } from '../step-settings/model/code-language';

export interface Entry {
  /** Unlike any other: `@activepieces/piece-http/send_request`, `CODE/PYTHON`, `ROUTER`. */
  id: string;
  kind: StepKind;
  /** The wire name of the piece, empty without one. */
  piece: string;
  /** What the piece calls the action or trigger. */
  operation: string;
  language?: CodeLanguage;
  name: string;
  pieceName: string;
  description: string;
}

/** A piece with what it offers. */
export interface Offer {
  piece: string;
  name: string;
  description: string;
  categories: string[];
  entries: Entry[];
}

interface Suggestion {
  name: string;
  displayName: string;
  description: string;
}

/** The pieces that have actions (or triggers), as `GET /pieces?suggestionType=ACTION_AND_TRIGGER` lists them. */
export function offersOf(pieces: readonly PieceSummary[], kind: 'trigger' | 'action'): Offer[] {
  return pieces
    .map((piece): Offer => {
      const suggestions = (kind === 'trigger' ? piece.suggestedTriggers : piece.suggestedActions) as Suggestion[] | undefined;
      return {
        piece: piece.name,
        name: piece.displayName,
        description: piece.description,
        categories: piece.categories,
        entries: (suggestions ?? []).map((each) => ({
          id: `${piece.name}/${each.name}`,
          kind: 'PIECE',
          piece: piece.name,
          operation: each.name,
          name: each.displayName,
          pieceName: piece.displayName,
          description: withoutMarks(each.description),
        })),
      };
    })
    .filter((offer) => offer.entries.length > 0);
}

/** A description without Markdown's marks: a list shows plain text. */
export function withoutMarks(text: string): string {
  return text.replace(/[*`]/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}

/** The steps without a piece. `word` gives the text of a message of `picker`. */
export function coreEntries(word: (key: string) => string): Entry[] {
  const entry = (id: string, kind: StepKind, name: string, description: string): Entry => ({
    id,
    kind,
    piece: '',
    operation: '',
    name,
    pieceName: '',
    description,
  });
  return [
    ...CODE_LANGUAGES.map((language) => ({
      ...entry(`CODE/${language}`, 'CODE', word(`code.${language}`), word(`code.${language}_TEXT`)),
      language,
    })),
    entry('LOOP_ON_ITEMS', 'LOOP_ON_ITEMS', word('loop'), word('loopText')),
    entry('ROUTER', 'ROUTER', word('router'), word('routerText')),
  ];
}

/** The categories that some offer is in, by how many are. */
export function categoriesOf(offers: readonly Offer[]): string[] {
  const counts = new Map<string, number>();
  for (const category of offers.flatMap((offer) => (offer.categories.length > 0 ? offer.categories : ['OTHER']))) {
    counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  return [...counts].sort((first, second) => second[1] - first[1] || first[0].localeCompare(second[0])).map(([category]) => category);
}

export function isIn(offer: Offer, category: string): boolean {
  return category === '' || (category === 'OTHER' ? offer.categories.length === 0 : offer.categories.includes(category));
}
