/** How a piece is connected: the `auth` of its metadata (spec/npm-pieces.md §4), one object or a list of them, as forms can be made of it. */

/** A field of the form. */
export interface AuthField {
  name: string;
  /** The property type: SHORT_TEXT, SECRET_TEXT, NUMBER, CHECKBOX, STATIC_DROPDOWN, MARKDOWN, … */
  type: string;
  label: string;
  help: string;
  required: boolean;
  initial: unknown;
  choices: readonly { label: string; value: unknown }[];
}

export type AuthType = 'SECRET_TEXT' | 'BASIC_AUTH' | 'CUSTOM_AUTH' | 'OIDC' | 'OAUTH2';
export type Grant = 'authorization_code' | 'client_credentials';

/** One way to connect. */
export interface AuthKind {
  type: AuthType;
  title: string;
  help: string;
  fields: readonly AuthField[];
  /** OAUTH2: the grants that one may use, the usual one first; empty for other types. */
  grants: readonly Grant[];
  scopes: readonly string[];
}

const TYPES: ReadonlySet<string> = new Set<AuthType>(['SECRET_TEXT', 'BASIC_AUTH', 'CUSTOM_AUTH', 'OIDC', 'OAUTH2']);
const BOTH_GRANTS = 'both_client_credentials_and_authorization_code';

type Wire = Record<string, unknown>;

/** The ways to connect a piece, each type once; empty for a piece that needs no connection. */
export function authKindsOf(auth: unknown): AuthKind[] {
  const kinds = (Array.isArray(auth) ? auth : [auth]).filter(isWire).filter((wire) => TYPES.has(String(wire['type'])));
  const byType = new Map<string, AuthKind>();
  for (const wire of kinds) if (!byType.has(String(wire['type']))) byType.set(String(wire['type']), kindOf(wire));
  return [...byType.values()];
}

function kindOf(wire: Wire): AuthKind {
  const type = wire['type'] as AuthType;
  const title = text(wire['displayName']);
  return {
    type,
    title,
    help: text(wire['description']),
    fields: fieldsOf(type, wire, title),
    grants: type === 'OAUTH2' ? grantsOf(wire['grantType']) : [],
    scopes: Array.isArray(wire['scope']) ? wire['scope'].map(String) : [],
  };
}

function fieldsOf(type: AuthType, wire: Wire, title: string): AuthField[] {
  const known = (name: string, wireType: string, label: string, help = ''): AuthField => {
    return { name, type: wireType, label, help, required: true, initial: undefined, choices: [] };
  };
  if (type === 'SECRET_TEXT') return [known('secret_text', 'SECRET_TEXT', title)];
  if (type === 'BASIC_AUTH') {
    const [username, password] = [record(wire['username']), record(wire['password'])];
    return [
      known('username', 'SHORT_TEXT', text(username['displayName']), text(username['description'])),
      { ...known('password', 'SECRET_TEXT', text(password['displayName']), text(password['description'])), required: false },
    ];
  }
  return Object.entries(record(wire['props'])).flatMap(([name, property]) => (isWire(property) ? [fieldOf(name, property)] : []));
}

function fieldOf(name: string, property: Wire): AuthField {
  const options = record(property['options'])['options'];
  return {
    name,
    type: text(property['type']),
    label: text(property['displayName']) || name,
    help: text(property['description']),
    required: property['required'] === true,
    initial: property['defaultValue'] ?? (property['type'] === 'CHECKBOX' ? false : undefined),
    choices: Array.isArray(options) ? options.filter(isWire).map((each) => ({ label: text(each['label']), value: each['value'] })) : [],
  };
}

function grantsOf(grantType: unknown): Grant[] {
  if (grantType === BOTH_GRANTS) return ['authorization_code', 'client_credentials'];
  return grantType === 'client_credentials' ? ['client_credentials'] : ['authorization_code'];
}

/** What the fields begin with. */
export function initialValues(fields: readonly AuthField[]): Record<string, unknown> {
  return Object.fromEntries(fields.filter((field) => field.initial !== undefined).map((field) => [field.name, field.initial]));
}

/** The names of required fields that are empty. */
export function missingOf(fields: readonly AuthField[], values: Record<string, unknown>): string[] {
  const isEmpty = (value: unknown) => value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
  return fields.filter((field) => field.required && field.type !== 'MARKDOWN' && isEmpty(values[field.name])).map((field) => field.name);
}

function isWire(value: unknown): value is Wire {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const record = (value: unknown): Wire => (isWire(value) ? value : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
