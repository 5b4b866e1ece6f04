import { MOST_PARALLEL } from '../../model/step';

/** How many parts shall run at the same time, as typed; undefined for what is no whole number from 1 to the most. */
export function countIn(text: string): number | undefined {
  const count = Number(text);
  return text.trim() !== '' && Number.isInteger(count) && count >= 1 && count <= MOST_PARALLEL ? count : undefined;
}

/** What a number field keeps: a number where the text is one that reads back the same, else the text (an expression, or half a number). */
export function numberOrText(text: string): number | string {
  const trimmed = text.trim();
  return /^-?\d+(\.\d+)?$/.test(trimmed) && String(Number(trimmed)) === trimmed ? Number(trimmed) : text;
}

export function isNumberText(text: string): boolean {
  return text.trim() === '' || text.includes('{{') || !Number.isNaN(Number(text));
}
