import { installationOf, logoAddress, returnPath } from './installation';

describe('returnPath', () => {
  it('goes back to where one was', () => {
    expect(returnPath('/runs?status=FAILED')).toBe('/runs?status=FAILED');
  });

  it('leads nowhere else', () => {
    for (const from of [
      undefined,
      '',
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'runs',
      '/sign-in?from=/x',
      '/sign-up',
    ]) {
      expect(returnPath(from)).toBe('/flows');
    }
  });
});

describe('installationOf', () => {
  it('reads the flags', () => {
    const flags = {
      USER_CREATED: false,
      OPEN_SIGN_UP_ENABLED: true,
      THEME: { websiteName: 'Acme', logos: { logoIconUrl: '/favicon.svg' } },
    };
    expect(installationOf(flags)).toEqual({ founded: false, openSignUp: true, platform: 'Acme', logo: 'favicon.svg' });
  });

  it('takes an installation for founded when it does not say', () => {
    expect(installationOf({}).founded).toBe(true);
  });
});

describe('logoAddress', () => {
  it('keeps addresses of other sites', () => {
    expect(logoAddress('https://example.com/logo.png')).toBe('https://example.com/logo.png');
    expect(logoAddress('')).toBe('favicon.svg');
  });
});
