import { unzip, zip } from './zip';

/** Made by Python's zipfile with ZIP_DEFLATED: `a/` and `a/ä.json` with the text `{"n": 1}` ten times. */
const DEFLATED =
  'UEsDBBQAAAAIAFAodl0AAAAAAgAAAAAAAAACAAAAYS8DAFBLAwQUAAAICABQKHZdZjjhQA0AAABQAAAACQAAAGEvw6QuanNvbqtWylOyUjCsraYSDQBQSwECFAMUAAAACABQKHZdAAAAAAIAAAAAAAAAAgAAAAAAAAAAABAA/UEAAAAAYS9QSwECFAMUAAAICABQKHZdZjjhQA0AAABQAAAACQAAAAAAAAAAAAAAgAEiAAAAYS/DpC5qc29uUEsFBgAAAAACAAIAZwAAAFYAAAAAAA==';

describe('zip', () => {
  it('gives back what was put in', async () => {
    const files = [
      { name: 'Grüße.json', content: '{"name": "Ä"}\n' },
      { name: 'empty.json', content: '' },
    ];
    expect(await unzip(zip(files))).toEqual(files);
  });

  it('reads compressed archives of others', async () => {
    const bytes = Uint8Array.from(atob(DEFLATED), (letter) => letter.charCodeAt(0));
    expect(await unzip(bytes)).toEqual([{ name: 'a/ä.json', content: '{"n": 1}'.repeat(10) }]);
  });

  it('refuses what is no archive', async () => {
    await expect(unzip(new TextEncoder().encode('{}'))).rejects.toThrow('Not a ZIP archive');
  });
});
