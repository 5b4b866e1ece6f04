import type { PieceSummary } from '../api/schema';
import { found, isHidden, namesWith, originOf } from './catalogue';

const piece = (name: string, more: Partial<PieceSummary> = {}) =>
  ({ name, displayName: name, description: 'A piece', ...more }) as PieceSummary;

describe('the catalogue', () => {
  const all = [
    piece('http'),
    piece('stripe', { testedAgainst: 'RECORDINGS' }),
    piece('slack', { origin: 'NPM', packageType: 'REGISTRY' }),
    piece('crm', { origin: 'NPM', packageType: 'ARCHIVE', description: 'Talks to the CRM' }),
  ];

  it('says where a piece comes from', () => {
    expect(all.map(originOf)).toEqual(['NATIVE', 'RECORDED', 'NPM', 'ARCHIVE']);
  });

  it('finds by words and origin', () => {
    const names = (words: string, origin = '') => found(all, words, origin).map((each) => each.name);
    expect(names('CRM talks')).toEqual(['crm']);
    expect(names('', 'NPM')).toEqual(['slack']);
    expect(names('piece')).toEqual(['http', 'stripe', 'slack']);
  });

  it.each(['BLOCKED', 'ALLOWED'] as const)('hides and shows with a list of what is %s', (filteredPieceBehavior) => {
    const filter = { filteredPieceNames: ['http', 'slack'], filteredPieceBehavior };
    for (const name of ['http', 'stripe']) {
      for (const hidden of [true, false]) {
        const names = namesWith(filter, name, hidden);
        expect(isHidden({ ...filter, filteredPieceNames: names }, name)).toBe(hidden);
        expect(isHidden({ ...filter, filteredPieceNames: names }, 'slack')).toBe(isHidden(filter, 'slack'));
      }
    }
  });
});
