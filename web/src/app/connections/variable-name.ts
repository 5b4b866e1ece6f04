const NAME = /^[a-zA-Z0-9_]+$/;
const LONGEST = 255;

/** What is wrong with the name of a new variable, as the key of a message; empty when nothing is. */
export function variableNameProblem(name: string, taken: readonly string[]): string {
  if (name === '') return 'variables.nameMissing';
  if (!NAME.test(name) || name.length > LONGEST) return 'variables.nameWrong';
  return taken.includes(name) ? 'variables.nameTaken' : '';
}

/** How steps use a variable. */
export const expressionFor = (name: string): string => `{{variables['${name}']}}`;
