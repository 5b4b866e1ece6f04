import { fileNames } from './file-names';

describe('fileNames', () => {
  it('are fit for every file system and differ', () => {
    expect(fileNames(['Orders', 'orders', 'a/b: c?', '  ..', 'Grüße'], 'json')).toEqual([
      'Orders.json',
      'orders (2).json',
      'a-b- c-.json',
      'flow.json',
      'Grüße.json',
    ]);
  });
});
