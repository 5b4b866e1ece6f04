/** The fields of a form: their keys, what they hold at first, what is missing, and how they travel. */
import type { components } from '../api/schema';

export type FormInput = components['schemas']['FormInput'];
export type Value = string | boolean | File | undefined;

/** A field on the page. Fields of one name have one key, and one value. */
export interface Field extends FormInput {
  key: string;
}

/** The key of a field's value, as the piece makes it (src/piecework/pieces/forms/fields.py). */
export function fieldKey(displayName: string): string {
  return displayName
    .toLowerCase()
    .replace(/\s+([0-9a-zA-Z_])/g, (_, letter: string) => letter.toUpperCase())
    .replace(/[\\"'\n\r\t]/g, '');
}

/** The fields, and what they hold at first: what the address says (`?yourName=Ada&newsletter=yes`), whatever the case of its names. */
export function fieldsOf(inputs: readonly FormInput[]): Field[] {
  return inputs.map((input) => ({ ...input, key: fieldKey(input.displayName) }));
}

export function firstValues(fields: readonly Field[], query: URLSearchParams): Record<string, Value> {
  const given = new Map([...query].map(([name, value]) => [name.toLowerCase(), value]));
  return Object.fromEntries(fields.map((field) => [field.key, firstValue(field, given.get(field.key.toLowerCase()))]));
}

function firstValue(field: Field, given: string | undefined): Value {
  if (field.type === 'file') return undefined;
  if (field.type === 'toggle') return ['true', '1', 'yes', 'on'].includes(given?.toLowerCase() ?? '');
  return given ?? '';
}

/** The keys of required fields that are empty. A toggle always has a value. */
export function missing(fields: readonly Field[], values: Record<string, Value>): Set<string> {
  const empty = fields.filter((field) => field.required && field.type !== 'toggle' && !filled(values[field.key]));
  return new Set(empty.map((field) => field.key));
}

function filled(value: Value): boolean {
  return typeof value === 'string' ? value.trim() !== '' : value !== undefined;
}

/** What is sent: a multipart form, so that files travel as they are. A file that nobody chose does not travel. */
export function formData(fields: readonly Field[], values: Record<string, Value>): FormData {
  const data = new FormData();
  for (const { key } of fields) {
    const value = values[key];
    if (data.has(key) || value === undefined) continue;
    data.append(key, value instanceof File ? value : String(value));
  }
  return data;
}
