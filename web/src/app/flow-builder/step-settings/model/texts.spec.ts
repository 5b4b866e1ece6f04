import { TEMPLATES, isUntouched, languageOf } from './code-language';
import {
  added,
  changedAt,
  hasCase,
  isSingleValue,
  newBranchIndex,
  newBranchName,
  newCondition,
  OPERATORS,
  removed,
  withOperator,
} from './conditions';
import { readJson, textOf } from './json-text';
import { countIn, isNumberText, numberOrText } from './numbers';

describe('languageOf', () => {
  it('believes the field, in any case', () => {
    expect(languageOf({ code: 'def code(inputs): pass', packageJson: '', language: 'typescript' })).toBe('TYPESCRIPT');
  });

  it('looks at the code of a step that does not say', () => {
    const of = (code: string) => languageOf({ code, packageJson: '' });
    expect(of('import x\n\nasync def code(inputs):\n  return 1')).toBe('PYTHON');
    expect(of('export const code = async () => 1')).toBe('JAVASCRIPT');
    expect(of('const a = `\ndef code(x):`;')).toBe('JAVASCRIPT');
    expect(of('')).toBe('JAVASCRIPT');
  });

  it('knows its templates, and finds each in its language', () => {
    for (const template of Object.values(TEMPLATES)) expect(isUntouched(`\n${template}`)).toBe(true);
    expect(isUntouched('export const code = () => 2')).toBe(false);
    expect(languageOf({ code: TEMPLATES.PYTHON, packageJson: '' })).toBe('PYTHON');
    expect(languageOf({ code: TEMPLATES.TYPESCRIPT, packageJson: '' })).toBe('JAVASCRIPT');
  });
});

describe('conditions', () => {
  it('have the 22 operators of the wire', () => {
    expect(new Set(OPERATORS.flatMap(([, operators]) => operators)).size).toBe(22);
  });

  it('carry the fields that their operator has', () => {
    const text = { operator: 'TEXT_CONTAINS', firstValue: 'a', secondValue: 'b', caseSensitive: true };
    expect(withOperator(text, 'EXISTS')).toEqual({ operator: 'EXISTS', firstValue: 'a' });
    expect(withOperator(text, 'NUMBER_IS_EQUAL_TO')).toEqual({ operator: 'NUMBER_IS_EQUAL_TO', firstValue: 'a', secondValue: 'b' });
    expect(withOperator({ operator: 'EXISTS', firstValue: 'a' }, 'LIST_CONTAINS')).toEqual({
      operator: 'LIST_CONTAINS',
      firstValue: 'a',
      secondValue: '',
      caseSensitive: false,
    });
    expect([hasCase('LIST_IS_EMPTY'), hasCase('LIST_CONTAINS'), isSingleValue('LIST_IS_EMPTY'), isSingleValue(undefined)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('are any of groups of all', () => {
    const [a, b] = [newCondition(), { ...newCondition(), firstValue: 'b' }];
    expect(added([[a]], 0)).toEqual([[a, a]]);
    expect(added([[a]])).toEqual([[a], [a]]);
    expect(changedAt([[a, a]], 0, 1, b)).toEqual([[a, b]]);
    expect(removed([[a], [b]], 0, 0)).toEqual([[b]]);
    expect(removed([[b]], 0, 0)).toEqual([[a]]);
  });

  it('put a new branch before the one for everything else, under a name of its own', () => {
    const branches = [
      { branchName: 'Branch 2', branchType: 'CONDITION' as const },
      { branchName: 'Otherwise', branchType: 'FALLBACK' as const },
    ];
    expect(newBranchIndex(branches)).toBe(1);
    expect(newBranchIndex([])).toBe(0);
    expect(newBranchName(branches, 'Branch')).toBe('Branch 3');
  });
});

describe('readJson', () => {
  it('reads JSON and keeps what becomes JSON once its expressions have values', () => {
    expect(readJson('{"a": [1]}')).toEqual({ value: { a: [1] }, problem: '' });
    expect(readJson(' ')).toEqual({ value: undefined, problem: '' });
    expect(readJson("{{step_1['x']}}")).toEqual({ value: "{{step_1['x']}}", problem: '' });
    expect(readJson('{"a": {{ {b: 1} }}, "c": "{{x}} y"}').problem).toBe('');
    expect(readJson('{"a": }').problem).not.toBe('');
    expect(readJson('{"a": {{x}}').problem).not.toBe('');
  });

  it('gives back what it read', () => {
    for (const text of ['"quoted"', '{\n  "a": 1\n}', '12', '{{x}}']) expect(textOf(readJson(text).value)).toBe(text);
  });
});

describe('countIn', () => {
  it('takes whole numbers from 1 to 50', () => {
    expect(['1', '50', ' 5 '].map(countIn)).toEqual([1, 50, 5]);
    expect(['', '0', '51', '2.5', '-1', 'many'].map(countIn)).toEqual(Array.from({ length: 6 }));
  });
});

describe('numbers', () => {
  it('are numbers where they read back the same', () => {
    expect([numberOrText('12'), numberOrText(' -1.5 '), numberOrText('1.'), numberOrText('1.50'), numberOrText('{{x}}')]).toEqual([
      12,
      -1.5,
      '1.',
      '1.50',
      '{{x}}',
    ]);
    expect(numberOrText('12345678901234567890')).toBe('12345678901234567890');
    expect([isNumberText('1e3'), isNumberText('x'), isNumberText('{{x}}'), isNumberText('')]).toEqual([true, false, true, true]);
  });
});
