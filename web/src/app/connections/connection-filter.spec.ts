import type { ListedConnection } from '../api/schema';
import { filtered, replacementsFor } from './connection-filter';

const connection = (id: string, more: Partial<ListedConnection> = {}) =>
  ({ id, externalId: id, displayName: id, pieceName: '@activepieces/piece-slack', status: 'ACTIVE', ...more }) as ListedConnection;

describe('connections', () => {
  const all = [
    connection('Team'),
    connection('Alarm', { status: 'ERROR' }),
    connection('Shop', { pieceName: 'stripe' }),
    connection('Bot', { status: 'MISSING' }),
  ];
  const ids = (words: string, onlyBroken = false) =>
    filtered(all, { words, onlyBroken }, (name) => (name === 'stripe' ? 'Stripe' : 'Chat'), 'en').map(({ id }) => id);

  it('come with those first that need somebody', () => {
    expect(ids('')).toEqual(['Alarm', 'Bot', 'Shop', 'Team']);
    expect(ids('', true)).toEqual(['Alarm', 'Bot']);
  });

  it('are found by their names and those of their pieces', () => {
    expect([ids('stripe shop'), ids('chat'), ids('nothing')]).toEqual([['Shop'], ['Alarm', 'Bot', 'Team'], []]);
  });

  it('are replaced by others of the same piece that work', () => {
    expect(replacementsFor(all[1]!, all).map(({ id }) => id)).toEqual(['Team']);
  });
});
