import { readPackage } from './package-archive';

/** One file of a tar archive. */
function entry(name: string, content: string): string {
  const header = name.padEnd(124, '\0') + content.length.toString(8).padStart(11, '0') + '\0';
  return header.padEnd(512, '\0') + content.padEnd(Math.ceil(content.length / 512) * 512, '\0');
}

async function packed(...entries: string[]): Promise<Blob> {
  const stream = new Blob([entries.join('') + '\0'.repeat(1024)]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(stream).blob();
}

describe('readPackage', () => {
  it('finds name and version behind other files', async () => {
    const json = JSON.stringify({ name: '@acme/piece-crm', version: '1.0.0', description: 'x'.repeat(600) });
    const archive = await packed(entry('package/node_modules/package.json', '{}'), entry('package/src/index.js', 'a'.repeat(1000)), entry('package/package.json', json));
    expect(await readPackage(archive)).toEqual({ name: '@acme/piece-crm', version: '1.0.0' });
  });

  it('says when a file is no package', async () => {
    expect(await readPackage(new Blob(['not an archive']))).toBeNull();
    expect(await readPackage(await packed(entry('readme.txt', 'hello')))).toBeNull();
    expect(await readPackage(await packed(entry('package/package.json', '{"name": "x"}')))).toBeNull();
  });
});
