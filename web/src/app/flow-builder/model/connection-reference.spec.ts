import { referenceTo, referredConnection } from './connection-reference';

describe('a reference to a connection', () => {
  it('is read however it was written', () => {
    for (const text of ["{{connections['my shop']}}", '{{ connections["my shop"] }}', referenceTo('my shop')]) {
      expect(referredConnection(text)).toBe('my shop');
    }
    expect(referredConnection('{{connections.shop}}')).toBe('shop');
  });

  it('is nothing else', () => {
    const others = [
      "{{connections['a'].token}}",
      "{{connections['a']}} and more",
      "{{step_1['auth']}}",
      '',
      undefined,
      { type: 'SECRET_TEXT' },
    ];
    expect(others.map(referredConnection)).toEqual(others.map(() => undefined));
  });
});
