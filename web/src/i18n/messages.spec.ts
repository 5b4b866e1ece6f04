import { messages as german } from './de';
import { messages as english } from './en';

/** The keys of a tree of messages with their placeholders: `flows.title`, `shell.user {{name}}`. */
function keys(tree: object, path = ''): string[] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'string'
      ? [[path + name, ...[...value.matchAll(/\{\{\s*\w+\s*\}\}/g)].map((match) => match[0].replaceAll(' ', '')).sort()].join(' ')]
      : keys(value as object, `${path}${name}.`),
  );
}

describe('messages', () => {
  it('are the same in every language, placeholders included', () => {
    expect(keys(german).sort()).toEqual(keys(english).sort());
  });

  it('are never empty', () => {
    const texts = (tree: object): string[] =>
      Object.values(tree).flatMap((value: unknown) => (typeof value === 'string' ? [value] : texts(value as object)));
    expect([...texts(english), ...texts(german)].filter((text) => !text.trim())).toEqual([]);
  });
});
