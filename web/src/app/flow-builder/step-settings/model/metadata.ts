/** What a piece's metadata says about its forms (spec/npm-pieces.md §4): the parts of `GET /pieces/{name}` that the builder reads. */
import type { PieceMetadata } from '../../../api/schema';

export interface Choice {
  label: string;
  value: unknown;
}

/** What a dropdown offers, or why it offers nothing yet. */
export interface Choices {
  disabled?: boolean;
  placeholder?: string;
  options: Choice[];
}

export interface Property {
  type: string;
  displayName: string;
  description?: string;
  required?: boolean;
  defaultValue?: unknown;
  /** Static dropdowns. */
  options?: Choices;
  /** Computed dropdowns and groups: the properties whose values they depend on. */
  refreshers?: string[];
  /** Computed dropdowns: the server searches while the user types. */
  refreshOnSearch?: boolean;
  /** ARRAY: the fields of each item; a list of texts without. */
  properties?: Properties;
  /** MARKDOWN: INFO, WARNING, TIP or BORDERLESS. */
  variant?: string;
}

export type Properties = Record<string, Property>;

export interface ErrorHandlingOption {
  hide?: boolean;
  defaultValue?: boolean;
}

/** An action or a trigger of a piece. */
export interface PieceOperation {
  name: string;
  displayName: string;
  description: string;
  props: Properties;
  requireAuth?: boolean;
  errorHandlingOptions?: { continueOnFailure?: ErrorHandlingOption; retryOnFailure?: ErrorHandlingOption };
}

export type OperationKind = 'action' | 'trigger';

/** An action or a trigger by its name. */
export function operationOf(piece: PieceMetadata, kind: OperationKind, name: string | undefined): PieceOperation | undefined {
  const operations = (kind === 'trigger' ? piece.triggers : piece.actions) as unknown as Record<string, PieceOperation>;
  return name === undefined ? undefined : operations[name];
}

/** The kinds of field in which a text with expressions is typed as such; all others have a switch to one. */
const TEXTS: ReadonlySet<string> = new Set(['SHORT_TEXT', 'LONG_TEXT', 'RICH_TEXT', 'NUMBER', 'DATE_TIME', 'FILE']);

export const isText = (property: Property): boolean => TEXTS.has(property.type);

/** Whether a field holds an expression in the place of a value of its kind. */
export function isDynamic(property: Property, value: unknown, setting: { type?: string } | undefined): boolean {
  if (isText(property) || property.type === 'MARKDOWN' || property.type === 'SECRET_TEXT') return false;
  if (setting?.type === 'DYNAMIC') return true;
  // An object or a list that is a text can only be an expression; a JSON field may hold its text with expressions inside.
  return typeof value === 'string' && property.type !== 'JSON' && value.includes('{{');
}
