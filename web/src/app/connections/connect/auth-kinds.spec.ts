import { authKindsOf, initialValues, missingOf } from './auth-kinds';

const CUSTOM = {
  type: 'CUSTOM_AUTH',
  displayName: 'Host',
  props: {
    note: { type: 'MARKDOWN', displayName: 'Read this', required: true },
    host: { type: 'SHORT_TEXT', displayName: 'Host', required: true },
    secure: { type: 'CHECKBOX', displayName: 'TLS', required: true },
    region: {
      type: 'STATIC_DROPDOWN',
      displayName: 'Region',
      required: false,
      defaultValue: 2,
      options: { options: [{ label: 'EU', value: 2 }] },
    },
  },
};

describe('authKindsOf', () => {
  it('gives nothing for a piece without connections, and for kinds that it does not know', () => {
    expect([undefined, null, [], { type: 'NONE' }].map(authKindsOf)).toEqual([[], [], [], []]);
  });

  it('takes one kind or several, each type once', () => {
    const auth = [{ type: 'SECRET_TEXT', displayName: 'Key' }, { type: 'BASIC_AUTH', username: {}, password: {} }, { type: 'SECRET_TEXT' }];
    expect(authKindsOf(auth).map((kind) => kind.type)).toEqual(['SECRET_TEXT', 'BASIC_AUTH']);
    expect(authKindsOf(auth[0])).toHaveLength(1);
  });

  it('names the fields as the value names them', () => {
    const basic = {
      type: 'BASIC_AUTH',
      username: { displayName: 'User' },
      password: { displayName: 'Pass', description: 'From the profile' },
    };
    expect(authKindsOf(basic)[0]?.fields.map(({ name, label, type }) => [name, label, type])).toEqual([
      ['username', 'User', 'SHORT_TEXT'],
      ['password', 'Pass', 'SECRET_TEXT'],
    ]);
    expect(authKindsOf({ type: 'SECRET_TEXT', displayName: 'Key' })[0]?.fields[0]).toMatchObject({ name: 'secret_text', label: 'Key' });
  });

  it('knows which grants OAuth2 lets people choose', () => {
    const grants = (grantType?: string) => authKindsOf({ type: 'OAUTH2', scope: ['a'], grantType })[0]?.grants;
    expect(grants()).toEqual(['authorization_code']);
    expect(grants('client_credentials')).toEqual(['client_credentials']);
    expect(grants('both_client_credentials_and_authorization_code')).toEqual(['authorization_code', 'client_credentials']);
  });

  it('says what the fields begin with, and which still need something', () => {
    const fields = authKindsOf(CUSTOM)[0]?.fields ?? [];
    expect(initialValues(fields)).toEqual({ secure: false, region: 2 });
    expect(missingOf(fields, initialValues(fields))).toEqual(['host']);
    expect(missingOf(fields, { host: '  ', secure: true })).toEqual(['host']);
    expect(missingOf(fields, { host: 'h', secure: true })).toEqual([]);
  });
});
