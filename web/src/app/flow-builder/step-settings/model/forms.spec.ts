import type { Step } from '../../model/step';
import { carriedOver, defaultErrorHandling, defaultInput, defaultPropertySettings } from './defaults';
import { isSame, isSameChoice, rebased } from './equality';
import { isDynamic, type Properties, type Property } from './metadata';
import { missingFields, missingInPiece, obstaclesOf } from './missing';

const property = (type: string, more: Partial<Property> = {}): Property => ({ type, displayName: type, required: false, ...more });

describe('defaultInput', () => {
  it('takes the defaults of the metadata, and what each kind begins with', () => {
    const properties: Properties = {
      note: property('MARKDOWN', { description: 'x' }),
      url: property('SHORT_TEXT', { required: true }),
      method: property('STATIC_DROPDOWN', { defaultValue: 'GET' }),
      binary: property('CHECKBOX'),
      headers: property('OBJECT', { required: true }),
      list: property('ARRAY'),
      body: property('DYNAMIC'),
    };
    expect(defaultInput(properties)).toEqual({ method: 'GET', binary: false, headers: {}, list: [], body: {} });
    expect(Object.keys(defaultPropertySettings(properties))).not.toContain('note');
  });

  it('gives each step its own copy of a default', () => {
    const properties: Properties = { map: property('JSON', { defaultValue: { a: 1 } }) };
    expect(defaultInput(properties)['map']).not.toBe(defaultInput(properties)['map']);
  });

  it('knows how a step fails at first', () => {
    const operation = {
      name: 'a',
      displayName: 'A',
      description: '',
      props: {},
      errorHandlingOptions: { retryOnFailure: { defaultValue: true } },
    };
    expect(defaultErrorHandling(operation)).toEqual({ continueOnFailure: { value: false }, retryOnFailure: { value: true } });
  });
});

describe('carriedOver', () => {
  it('keeps what fits the new fields', () => {
    const before: Properties = { data: property('JSON'), other: property('SHORT_TEXT') };
    const now: Properties = { data: property('LONG_TEXT'), other: property('SHORT_TEXT'), more: property('NUMBER', { defaultValue: 3 }) };
    expect(carriedOver({ data: { a: 1 }, other: 'x', gone: 1 }, before, now)).toEqual({ other: 'x', more: 3 });
  });
});

describe('missingFields', () => {
  it('names required fields without a value, as the server counts them', () => {
    const properties: Properties = {
      url: property('SHORT_TEXT', { displayName: 'URL', required: true }),
      headers: property('OBJECT', { required: true }),
      on: property('CHECKBOX', { required: true }),
      note: property('MARKDOWN', { required: true }),
    };
    expect(missingFields(properties, { url: '', headers: {}, on: false })).toEqual([{ labels: ['URL'], isBlocking: true }]);
    expect(missingFields(properties, { url: 0, headers: {}, on: false })).toEqual([]);
  });

  it('looks into groups and lists; what is missing there does not make the step invalid', () => {
    const inner: Properties = { data: property('JSON', { displayName: 'JSON Body', required: true }) };
    const body = property('DYNAMIC', { displayName: 'Body' });
    expect(missingFields({ body }, { body: {} }, { body: { type: 'MANUAL', schema: inner } })).toEqual([
      { labels: ['Body', 'JSON Body'], isBlocking: false },
    ]);
    const list = property('ARRAY', { displayName: 'Parts', properties: inner });
    expect(missingFields({ list }, { list: [{ data: 1 }, {}] })).toEqual([{ labels: ['Parts 2', 'JSON Body'], isBlocking: false }]);
    expect(missingFields({ list }, { list: '{{step_1}}' })).toEqual([]);
  });

  it('asks for a connection where the piece needs one', () => {
    const step = { settings: { input: {} } } as Step;
    const operation = { name: 'a', displayName: 'A', description: '', props: {} };
    expect(missingInPiece(step, operation, true, 'Slack')).toEqual([{ labels: ['Slack'], isBlocking: true }]);
    expect(missingInPiece(step, operation, false, 'Slack')).toEqual([]);
  });
});

describe('obstaclesOf', () => {
  const step = (type: string, settings: object) => ({ name: 's', displayName: 's', valid: true, type, settings }) as unknown as Step;

  it('says what code steps, loops and routers need', () => {
    expect(obstaclesOf(step('CODE', { sourceCode: { code: ' ', packageJson: '' } }))).toEqual([{ key: 'code' }]);
    expect(obstaclesOf(step('LOOP_ON_ITEMS', { items: '' }))).toEqual([{ key: 'items' }]);
    expect(obstaclesOf(step('ROUTER', { branches: [] }))).toEqual([{ key: 'branches' }]);
    const branches = [
      {
        branchName: 'A',
        branchType: 'CONDITION',
        conditions: [[{ operator: 'EXISTS', firstValue: 'x' }], [{ operator: 'TEXT_CONTAINS', firstValue: 'x' }]],
      },
      { branchName: 'Else', branchType: 'FALLBACK' },
    ];
    expect(obstaclesOf(step('ROUTER', { branches }))).toEqual([{ key: 'secondValue', branch: 'A' }]);
  });
});

describe('isDynamic', () => {
  it('follows the setting, and what the value can only be', () => {
    expect(isDynamic(property('CHECKBOX'), true, { type: 'MANUAL' })).toBe(false);
    expect(isDynamic(property('CHECKBOX'), '', { type: 'DYNAMIC' })).toBe(true);
    expect(isDynamic(property('ARRAY'), "{{step_1['x']}}", undefined)).toBe(true);
    expect(isDynamic(property('SHORT_TEXT'), '{{step_1}}', { type: 'DYNAMIC' })).toBe(false);
    expect(isDynamic(property('JSON'), '{"a": {{step_1}} }', undefined)).toBe(false);
  });
});

describe('rebased', () => {
  it('puts what was edited here on top of what somebody else changed meanwhile', () => {
    const base = { displayName: 'A', settings: { input: { a: '1', b: '2' } } };
    const edited = { displayName: 'A', settings: { input: { a: 'mine', b: '2' } } };
    const current = { displayName: 'Theirs', settings: { input: { a: '1', b: 'theirs', c: 'new' } } };
    expect(rebased(base, edited, current)).toEqual({ displayName: 'Theirs', settings: { input: { a: 'mine', b: 'theirs', c: 'new' } } });
  });

  it('takes a field away that was taken away here', () => {
    expect(rebased({ a: 1, b: 1 }, { b: 1 }, { a: 1, b: 1, c: 2 })).toEqual({ b: 1, c: 2 });
  });

  it('counts an absent field and an undefined one as the same', () => {
    expect(isSame({ a: undefined, b: [1, { c: 2 }] }, { b: [1, { c: 2 }] })).toBe(true);
    expect(isSame([1], { 0: 1 })).toBe(false);
    expect(isSameChoice({ externalId: 'a', exampleData: 1 }, { externalId: 'a', exampleData: 2 })).toBe(true);
    expect(isSameChoice({ externalId: 'a' }, { externalId: 'b' })).toBe(false);
    expect(isSameChoice({ id: 1, n: 1 }, { id: 1, n: 2 })).toBe(false);
  });
});
