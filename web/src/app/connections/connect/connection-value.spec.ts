import { type AuthKind, authKindsOf } from './auth-kinds';
import { type OAuthClient, connectionValue, externalIdOf, refusedFields } from './connection-value';

const kind = (wire: Record<string, unknown>) => authKindsOf(wire)[0] as AuthKind;
const OAUTH2 = kind({ type: 'OAUTH2', scope: ['read', 'write'], props: { base: { type: 'SHORT_TEXT', displayName: 'Base' } } });
const CLIENT: OAuthClient = { isPlatforms: false, clientId: 'id', clientSecret: 'secret', grant: 'authorization_code' };
const CONSENT = { code: 'c', codeVerifier: 'v', redirectUrl: 'https://here/redirect' };

describe('connectionValue', () => {
  it('has the fields of each type', () => {
    expect(connectionValue(kind({ type: 'SECRET_TEXT' }), { secret_text: 's' })).toEqual({ type: 'SECRET_TEXT', secret_text: 's' });
    expect(connectionValue(kind({ type: 'BASIC_AUTH' }), { username: 'u' })).toEqual({ type: 'BASIC_AUTH', username: 'u', password: '' });
    const port = { type: 'NUMBER', displayName: 'Port' };
    const custom = kind({
      type: 'CUSTOM_AUTH',
      props: { port, host: { type: 'SHORT_TEXT' }, note: { type: 'MARKDOWN' }, left: { type: 'SHORT_TEXT' } },
    });
    expect(connectionValue(custom, { port: '25', host: 'h', note: 'x', left: '', stray: 1 })).toEqual({
      type: 'CUSTOM_AUTH',
      props: { port: 25, host: 'h' },
    });
  });

  it('carries what came of the consent, the verifier under the name of the wire', () => {
    expect(connectionValue(OAUTH2, { base: 'b' }, CLIENT, CONSENT)).toEqual({
      type: 'OAUTH2',
      client_id: 'id',
      client_secret: 'secret',
      grant_type: 'authorization_code',
      scope: 'read write',
      props: { base: 'b' },
      code: 'c',
      code_challenge: 'v',
      redirect_url: 'https://here/redirect',
    });
  });

  it("sends no secret with the platform's application, and no code without a person", () => {
    const platforms = connectionValue(OAUTH2, {}, { ...CLIENT, isPlatforms: true }, CONSENT);
    expect(platforms).toMatchObject({ type: 'PLATFORM_OAUTH2', code: 'c' });
    expect(platforms).not.toHaveProperty('client_secret');
    expect(connectionValue(OAUTH2, {}, { ...CLIENT, grant: 'client_credentials' })).not.toHaveProperty('code');
  });
});

describe('externalIdOf', () => {
  it('fits between the quotes of an expression', () => {
    expect(externalIdOf("Grüße von Ada's {Shop}", 'abcd-ef01')).toBe('gru-e-von-ada-s-shop-abcdef');
    expect(externalIdOf('测试', '01234567')).toBe('connection-012345');
    expect(externalIdOf('x'.repeat(300))).toMatch(/^x{40}-[0-9a-f]{6}$/);
  });
});

describe('refusedFields', () => {
  it('are named as the form names them', () => {
    const problems = [
      { field: 'value.props.host', message: 'no host' },
      { field: 'value.secret_text', message: 'empty' },
      { field: 7 },
      null,
    ];
    expect(refusedFields({ problems })).toEqual({ host: 'no host', secret_text: 'empty' });
    expect(refusedFields({})).toEqual({});
  });
});
