import { TestBed } from '@angular/core/testing';
import { Api } from '../api/api';
import { PieceInstalls, exactVersion } from './piece-installs';
import { Pieces } from './pieces';

describe('PieceInstalls', () => {
  it('asks for an exact version, and lets pages read pieces again only when it worked', async () => {
    const bodies: unknown[] = [];
    let isThere = false;
    const POST = (_path: string, options: { body: unknown }) => {
      bodies.push(options.body);
      return isThere ? Promise.resolve({ data: { name: 'x' } }) : Promise.reject(new Error('no such version'));
    };
    TestBed.configureTestingModule({ providers: [{ provide: Api, useValue: { POST, GET: () => Promise.resolve({ data: [] }) } }] });
    const installs = TestBed.inject(PieceInstalls);
    const pieces = TestBed.inject(Pieces);
    await expect(installs.install('x', '~1.2.3')).rejects.toThrow('no such version');
    expect(pieces.generation()).toBe(0);
    isThere = true;
    await installs.install('x', '~1.2.3');
    expect(pieces.generation()).toBe(1);
    expect(bodies[1]).toEqual({ packageType: 'REGISTRY', scope: 'PLATFORM', pieceName: 'x', pieceVersion: '1.2.3' });
    await installs.upload('x', '1.0.0', new Blob(['tar']));
    expect([...(bodies[2] as FormData).keys()]).toEqual(['packageType', 'scope', 'pieceName', 'pieceVersion', 'pieceArchive']);
  });

  it('knows the version behind a range', () => {
    expect(['~0.6.20', '^1.0.0', '1.2.3', ' = 2.0.0-beta.1'].map(exactVersion)).toEqual(['0.6.20', '1.0.0', '1.2.3', '2.0.0-beta.1']);
  });
});
