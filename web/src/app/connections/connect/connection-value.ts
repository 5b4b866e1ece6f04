/** What a connection is made of: the `value` of an upsert (spec/api.md §6), and the names by which flows know it. */
import type { AuthKind, Grant } from './auth-kinds';

/** What OAuth2 adds to the fields of the form. */
export interface OAuthClient {
  /** The platform's registration at the service, whose secret nobody here needs. */
  isPlatforms: boolean;
  clientId: string;
  clientSecret: string;
  grant: Grant;
}

/** What came of the consent. */
export interface Consent {
  code: string;
  codeVerifier: string | null;
  redirectUrl: string;
}

/** The types that an upsert can have; a placeholder holds nothing. */
export type ConnectionValue = { type: AuthKind['type'] | 'PLATFORM_OAUTH2' } & Record<string, unknown>;

/** The value for a kind of auth. `client` and `consent` are for OAUTH2; with the grant client_credentials there is no consent. */
export function connectionValue(kind: AuthKind, values: Record<string, unknown>, client?: OAuthClient, consent?: Consent): ConnectionValue {
  const given = filled(kind, values);
  switch (kind.type) {
    case 'SECRET_TEXT':
      return { type: kind.type, secret_text: String(given['secret_text'] ?? '') };
    case 'BASIC_AUTH':
      return { type: kind.type, username: String(given['username'] ?? ''), password: String(given['password'] ?? '') };
    case 'OAUTH2':
      return oauth2(kind, given, client, consent);
    default:
      return { type: kind.type, props: given };
  }
}

function oauth2(kind: AuthKind, props: Record<string, unknown>, client?: OAuthClient, consent?: Consent): ConnectionValue {
  if (!client) throw new Error('OAuth2 needs a client');
  const common = {
    client_id: client.clientId,
    scope: kind.scopes.join(' '),
    props,
    ...(consent && { code: consent.code, redirect_url: consent.redirectUrl }),
    ...(consent?.codeVerifier && { code_challenge: consent.codeVerifier }),
  };
  if (client.isPlatforms) return { type: 'PLATFORM_OAUTH2', ...common };
  return { type: 'OAUTH2', ...common, client_secret: client.clientSecret, grant_type: client.grant };
}

/** The fields that were filled in, numbers as numbers. */
function filled(kind: AuthKind, values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    kind.fields.flatMap((field) => {
      const value = values[field.name];
      if (field.type === 'MARKDOWN' || value === undefined || value === '') return [];
      const isNumber = field.type === 'NUMBER' && typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value));
      return [[field.name, isNumber ? Number(value) : value]];
    }),
  );
}

const SUFFIX = 6;

/** The name that expressions use, made from the name that people use: `{{connections['my-shop-4f2a1c']}}`. */
export function externalIdOf(displayName: string, random: string = crypto.randomUUID()): string {
  const word = displayName
    .normalize('NFKD')
    .replace(/[̀-ͯ]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return [word || 'connection', random.replaceAll('-', '').slice(0, SUFFIX)].join('-');
}

/** The form's fields that the server refuses, with its words: `params.problems` of INVALID_APP_CONNECTION. */
export function refusedFields(params: Record<string, unknown>): Record<string, string> {
  const problems: unknown[] = Array.isArray(params['problems']) ? params['problems'] : [];
  return Object.fromEntries(
    problems.flatMap((problem) => {
      const { field, message } = (problem ?? {}) as { field?: unknown; message?: unknown };
      return typeof field === 'string' && typeof message === 'string' ? [[field.replace(/^value\.(props\.)?/, ''), message]] : [];
    }),
  );
}
