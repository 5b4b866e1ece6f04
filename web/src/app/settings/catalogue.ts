/** What the catalogue of pieces shows: where a piece comes from, and whether people see it when they look for one. */
import type { PieceSummary, Platform } from '../api/schema';

/** NATIVE: comes with the server; RECORDED: the same, tested against recorded answers of the service; NPM, ARCHIVE: was installed. */
export type Origin = 'NATIVE' | 'RECORDED' | 'NPM' | 'ARCHIVE';
export const ORIGINS: readonly Origin[] = ['NATIVE', 'RECORDED', 'NPM', 'ARCHIVE'];

export function originOf(piece: Pick<PieceSummary, 'origin' | 'packageType' | 'testedAgainst'>): Origin {
  if (piece.origin === 'NPM') return piece.packageType === 'ARCHIVE' ? 'ARCHIVE' : 'NPM';
  return piece.testedAgainst === 'RECORDINGS' ? 'RECORDED' : 'NATIVE';
}

/** The pieces whose texts have all the words, of one origin or (with an empty one) of any. */
export function found(pieces: readonly PieceSummary[], words: string, origin: string): PieceSummary[] {
  const wanted = words.trim().toLowerCase().split(/\s+/);
  return pieces.filter((piece) => {
    const text = `${piece.displayName} ${piece.description} ${piece.name}`.toLowerCase();
    return wanted.every((word) => text.includes(word)) && (origin === '' || originOf(piece) === origin);
  });
}

type Filter = Pick<Platform, 'filteredPieceNames' | 'filteredPieceBehavior'>;

/** Whether the platform hides a piece: it is among those that are blocked, or not among those that are allowed. */
export function isHidden({ filteredPieceNames, filteredPieceBehavior }: Filter, piece: string): boolean {
  return filteredPieceNames.includes(piece) === (filteredPieceBehavior === 'BLOCKED');
}

/** The names that the platform must list so that the piece is hidden, or is not. */
export function namesWith(filter: Filter, piece: string, hidden: boolean): string[] {
  const others = filter.filteredPieceNames.filter((name) => name !== piece);
  return hidden === (filter.filteredPieceBehavior === 'BLOCKED') ? [...others, piece] : others;
}
