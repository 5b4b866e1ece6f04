import type { PieceMetadata } from '../../api/schema';
import { type Entry, categoriesOf, coreEntries, isIn, withoutMarks } from './catalogue';
import { search } from './fuzzy';
import { coreStep, pieceStep } from './new-step';

const entry = (name: string, pieceName: string, description = ''): Entry => ({
  id: name,
  kind: 'PIECE',
  piece: '',
  operation: '',
  name,
  pieceName,
  description,
});
const WORDS = { code: 'Code', loop: 'Loop', router: 'Router', branch: 'Branch', fallback: 'Otherwise' };

describe('search', () => {
  const entries = [
    entry('Send HTTP request', 'HTTP', 'Call an API'),
    entry('Return Response', 'Webhook'),
    entry('Hash text', 'Crypto', 'Http is not meant'),
    entry('Générer', 'Math'),
  ];
  const names = (query: string) => search(entries, query).map((each) => each.name);

  it('finds words in any order, the best first', () => {
    expect(names('http')).toEqual(['Send HTTP request', 'Hash text']);
    expect(names('request send')).toEqual(['Send HTTP request']);
    expect(names('webhook return')).toEqual(['Return Response']);
    expect(names('zebra')).toEqual([]);
  });

  it('puts the favoured piece first among those that fit alike', () => {
    const twins = [
      { ...entry('Return Response', 'Sub Flows'), piece: 'subflows' },
      { ...entry('Return Response', 'Webhook'), piece: 'webhook' },
    ];
    expect(search(twins, 'return', 'webhook').map((each) => each.piece)).toEqual(['webhook', 'subflows']);
    expect(search(twins, 'return').map((each) => each.piece)).toEqual(['subflows', 'webhook']);
  });

  it('forgives letters that are left out, and accents', () => {
    expect(names('snd rqst')).toEqual(['Send HTTP request']);
    expect(names('generer')).toEqual(['Générer']);
  });
});

describe('the catalogue', () => {
  it('counts categories, and puts pieces without one under others', () => {
    const offer = (categories: string[]) => ({ piece: '', name: '', description: '', categories, entries: [] });
    expect(categoriesOf([offer(['CORE']), offer(['CORE']), offer([])])).toEqual(['CORE', 'OTHER']);
    expect([isIn(offer([]), 'OTHER'), isIn(offer(['CORE']), 'OTHER'), isIn(offer(['CORE']), '')]).toEqual([true, false, true]);
    expect(withoutMarks('A *later* `x` [link](https://x)')).toBe('A later x link');
  });
});

describe('a new step', () => {
  it('of code, loop or router has all that its kind needs', () => {
    const made = coreEntries((key) => key).map((each) => coreStep(each, WORDS));
    expect(made.map((step) => step?.type)).toEqual(['CODE', 'CODE', 'CODE', 'LOOP_ON_ITEMS', 'ROUTER']);
    expect(made[2]?.settings.sourceCode).toMatchObject({ language: 'PYTHON', packageJson: '{}' });
    expect(made[4]?.settings.branches?.map((branch) => branch.branchType)).toEqual(['CONDITION', 'FALLBACK']);
  });

  it('of a piece has its exact version, its defaults, and is valid if nothing is missing', () => {
    const piece = {
      name: '@activepieces/piece-http',
      displayName: 'HTTP',
      version: '0.11.9',
      actions: {
        send: { name: 'send', displayName: 'Send', props: { url: { type: 'SHORT_TEXT', displayName: 'URL', required: true } } },
        ping: { name: 'ping', displayName: 'Ping', props: { on: { type: 'CHECKBOX', displayName: 'On', required: true } } },
      },
      triggers: {},
    } as unknown as PieceMetadata;
    expect(pieceStep(piece, 'action', 'ping')).toEqual({
      type: 'PIECE',
      displayName: 'Ping',
      valid: true,
      settings: {
        pieceName: '@activepieces/piece-http',
        pieceVersion: '0.11.9',
        actionName: 'ping',
        input: { on: false },
        propertySettings: { on: { type: 'MANUAL' } },
        errorHandlingOptions: { continueOnFailure: { value: false }, retryOnFailure: { value: false } },
      },
    });
    expect(pieceStep(piece, 'action', 'send')?.valid).toBe(false);
    expect(pieceStep(piece, 'action', 'nope')).toBeUndefined();
  });
});
