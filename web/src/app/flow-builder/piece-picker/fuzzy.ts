/** Searching as one types it: words in any order, beginnings first, letters left out last. */
import type { Entry } from './catalogue';

const BEST_RESULTS = 60;

/** The entries that every word of the query is found in, best first; of two that fit alike, the one of the `favoured` piece. */
export function search(entries: readonly Entry[], query: string, favoured = ''): Entry[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .map(({ entry, score }) => ({ entry, score: score + (favoured && entry.piece === favoured ? 1 : 0) }))
    .sort((first, second) => second.score - first.score)
    .slice(0, BEST_RESULTS)
    .map(({ entry }) => entry);
}

function scoreOf(entry: Entry, words: readonly string[]): number {
  const [name, piece, description] = [plain(entry.name), plain(entry.pieceName), plain(entry.description)];
  let sum = 0;
  for (const word of words) {
    const score = Math.max(inText(word, name) * 1.2, inText(word, piece), description.includes(word) ? 8 : 0);
    if (score === 0) return 0;
    sum += score;
  }
  // Of two that fit alike, the shorter name is the likelier one.
  return sum - name.length / 1000;
}

/** 0 if the word is not in the text, not even with letters left out. */
function inText(word: string, text: string): number {
  const at = text.indexOf(word);
  if (at === 0) return text.length === word.length ? 120 : 100;
  if (at > 0) return /\w/.test(text[at - 1] ?? '') ? 50 : 80;
  return word.length >= 3 ? leftOut(word, text) : 0;
}

/** The word's letters in their order, beginning where a word of the text begins, not too far apart. */
function leftOut(word: string, text: string): number {
  for (const start of text.matchAll(/\b\w/g)) {
    let at = start.index;
    if (text[at] !== word[0]) continue;
    for (const letter of word.slice(1)) {
      at = text.indexOf(letter, at + 1);
      if (at < 0) break;
    }
    if (at >= 0 && at - start.index < word.length * 3) return 20;
  }
  return 0;
}

function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
}
