import { TestBed } from '@angular/core/testing';
import { Api } from '../api/api';
import { PieceIcon } from './piece-icon';
import { Pieces, shortName } from './pieces';

const SUMMARIES = [
  { name: '@activepieces/piece-http', displayName: 'HTTP', logoUrl: 'data:http' },
  { name: 'my-piece', displayName: 'Mine', logoUrl: 'data:mine' },
];

function server() {
  const calls: string[] = [];
  const GET = (path: string, options?: { params: { path: Record<string, string> } }) => {
    calls.push([path, ...Object.values(options?.params.path ?? {})].join(' '));
    if (path === '/pieces') return Promise.resolve({ data: SUMMARIES });
    return calls.length === 1 ? Promise.reject(new Error('away')) : Promise.resolve({ data: { name: 'x' } });
  };
  TestBed.configureTestingModule({ providers: [{ provide: Api, useValue: { GET } }] });
  return calls;
}

describe('Pieces', () => {
  it('reads the metadata of a version once, and again after a failure', async () => {
    const calls = server();
    const pieces = TestBed.inject(Pieces);
    await expect(pieces.metadata('@activepieces/piece-http', '0.11.9')).rejects.toThrow('away');
    await pieces.metadata('@activepieces/piece-http', '0.11.9');
    await pieces.metadata('@activepieces/piece-http', '0.11.9');
    expect(calls.filter((call) => call.includes('{scope}'))).toEqual(Array(2).fill('/pieces/{scope}/{name} @activepieces piece-http'));
    await pieces.metadata('my-piece');
    expect(calls).toContain('/pieces/{name} my-piece');
  });

  it('knows pieces by name', () => {
    expect(shortName('@activepieces/piece-text-helper')).toBe('text-helper');
    expect(shortName('my-piece')).toBe('my-piece');
  });
});

describe('PieceIcon', () => {
  async function rendered(inputs: Record<string, string>) {
    server();
    const fixture = TestBed.createComponent(PieceIcon);
    for (const [name, value] of Object.entries(inputs)) fixture.componentRef.setInput(name, value);
    await fixture.whenStable();
    return fixture.nativeElement as HTMLElement;
  }

  it('draws our own pieces and kinds of steps, and shows the logo or the initial of others', async () => {
    expect((await rendered({ piece: '@activepieces/piece-http' })).querySelector('svg')).not.toBeNull();
    TestBed.resetTestingModule();
    expect((await rendered({ kind: 'ROUTER' })).querySelector('svg')).not.toBeNull();
    TestBed.resetTestingModule();
    expect((await rendered({ piece: 'my-piece' })).querySelector('img')?.getAttribute('src')).toBe('data:mine');
    TestBed.resetTestingModule();
    expect((await rendered({ piece: '@activepieces/piece-slack' })).textContent?.trim()).toBe('S');
  });

  it('is silent beside a text and speaks when it stands alone', async () => {
    expect((await rendered({ kind: 'CODE' })).getAttribute('aria-hidden')).toBe('true');
    TestBed.resetTestingModule();
    const alone = await rendered({ kind: 'CODE', label: 'Code' });
    expect([alone.getAttribute('role'), alone.getAttribute('aria-label')]).toEqual(['img', 'Code']);
  });
});
