import { expressionFor, variableNameProblem } from './variable-name';

describe('the name of a variable', () => {
  it('is letters, digits and underscores, and free', () => {
    expect(variableNameProblem('REGION_1', ['OTHER'])).toBe('');
    expect(variableNameProblem('', [])).toBe('variables.nameMissing');
    for (const wrong of ['a b', "a'b", 'ä', 'x'.repeat(256)]) expect(variableNameProblem(wrong, [])).toBe('variables.nameWrong');
    expect(variableNameProblem('REGION_1', ['REGION_1'])).toBe('variables.nameTaken');
    expect(expressionFor('REGION_1')).toBe("{{variables['REGION_1']}}");
  });
});
