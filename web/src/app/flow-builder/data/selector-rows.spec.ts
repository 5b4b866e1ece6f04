import type { Step } from '../model/step';
import type { Sample } from './sample-data';
import { type Look, type Offer, PORTION, rowsOf } from './selector-rows';

const step = (name: string, displayName: string): Step => ({ name, displayName, type: 'CODE', valid: true, settings: {} });
const offer = (name: string, displayName: string, sample: Sample): Offer => ({
  source: { step: step(name, displayName), isAround: false },
  sample,
});
const look = (more: Partial<Look> = {}): Look => ({ kind: 'any', query: '', open: new Set(), portions: new Map(), ...more });

const call = offer('trigger', 'Webhook', { state: 'ready', value: { body: { name: 'Ada', age: 36, tags: ['a', 'b'] }, method: 'POST' } });
const untested = offer('step_1', 'Send it', { state: 'none' });
const ids = (rows: { id: string }[]) => rows.map((row) => row.id);

describe('rowsOf', () => {
  it('opens what is open and nothing else', () => {
    expect(ids(rowsOf([untested, call], look()))).toEqual(['step_1', 'trigger']);
    const rows = rowsOf([untested, call], look({ open: new Set(['step_1', 'trigger', "trigger['body']"]) }));
    expect(ids(rows)).toEqual([
      'step_1',
      'none:step_1',
      'trigger',
      "trigger['body']",
      "trigger['body']['name']",
      "trigger['body']['age']",
      "trigger['body']['tags']",
      "trigger['method']",
    ]);
    expect(rows.map((row) => row.level)).toEqual([1, 2, 1, 2, 3, 3, 3, 2]);
  });

  it('offers what a field wants first', () => {
    const rows = rowsOf([untested, call], look({ kind: 'number' }));
    expect(ids(rows)).toEqual(["fitting:trigger['body']['age']", 'step_1', 'trigger']);
  });

  it('finds keys, values and steps', () => {
    expect(ids(rowsOf([untested, call], look({ query: 'ada' })))).toEqual(['trigger', "trigger['body']['name']"]);
    expect(ids(rowsOf([untested, call], look({ query: 'a' })))).toEqual([
      'trigger',
      "trigger['body']['name']",
      "trigger['body']['age']",
      "trigger['body']['tags']",
      "trigger['body']['tags'][0]",
    ]);
    expect(ids(rowsOf([untested, call], look({ query: 'send' })))).toEqual(['step_1']);
    expect(rowsOf([untested, call], look({ query: 'nowhere' })).map((row) => row.kind)).toEqual(['notFound']);
  });

  it('shows long lists in portions', () => {
    const long = offer('trigger', 'Long', { state: 'ready', value: Array.from({ length: PORTION + 7 }, (_, index) => index) });
    const rows = rowsOf([long], look({ open: new Set(['trigger']) }));
    expect(rows).toHaveLength(PORTION + 2);
    expect(rows.at(-1)).toMatchObject({ kind: 'more', value: 7 });
    expect(rowsOf([long], look({ open: new Set(['trigger']), portions: new Map([['trigger', 2 * PORTION]]) }))).toHaveLength(PORTION + 8);
  });
});
