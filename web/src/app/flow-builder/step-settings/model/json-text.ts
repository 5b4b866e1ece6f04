/** A JSON field's text and the value that it stands for. */

export interface JsonReading {
  /** What the step keeps: the parsed value, or the text where it is none, which the server reads once its expressions have values. */
  value: unknown;
  /** Why the text cannot become JSON; empty if it can. */
  problem: string;
}

export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

export function readJson(text: string): JsonReading {
  if (text.trim() === '') return { value: undefined, problem: '' };
  try {
    return { value: parsed(text), problem: '' };
  } catch (error) {
    return { value: text, problem: withExpressionsFilled(text) ? '' : (error as Error).message };
  }
}

/** A text in quotes is kept as its text with the quotes: it would read as an expression or as a bare text again. */
function parsed(text: string): unknown {
  const value = JSON.parse(text) as unknown;
  return typeof value === 'string' ? text : value;
}

/** Whether the text is JSON once its expressions have values. */
function withExpressionsFilled(text: string): boolean {
  if (!text.includes('{{')) return false;
  try {
    // An expression inside quotes gives a text, one outside gives any value: `0` is fine in both places.
    JSON.parse(text.replace(/\{\{(?:[^{}]|\{[^{}]*\})*\}\}/g, '0'));
    return true;
  } catch {
    return false;
  }
}
