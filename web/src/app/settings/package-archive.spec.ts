import { readPackage } from './package-archive';

/** One file of a tar archive. */
function entry(name: string, content: string): string {
  const header = name.padEnd(124, '\0') + content.length.toString(8).padStart(11, '0') + '\0';
  return header.padEnd(512, '\0') + content.padEnd(Math.ceil(content.length / 512) * 512, '\0');
}

const stream = (text: string) => new Response(text).body as ReadableStream<Uint8Array>;

function packed(...entries: string[]): ReadableStream<Uint8Array> {
  const gzip = new CompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>;
  return stream(entries.join('') + '\0'.repeat(1024)).pipeThrough(gzip);
}

describe('readPackage', () => {
  it('finds name and version behind other files', async () => {
    const json = JSON.stringify({ name: '@acme/piece-crm', version: '1.0.0', description: 'x'.repeat(600) });
    const archive = packed(
      entry('package/node_modules/package.json', '{}'),
      entry('package/src/index.js', 'a'.repeat(1000)),
      entry('package/package.json', json),
    );
    expect(await readPackage(archive)).toEqual({ name: '@acme/piece-crm', version: '1.0.0' });
  });

  it('says when a file is no package', async () => {
    expect(await readPackage(stream('not an archive'))).toBeNull();
    expect(await readPackage(packed(entry('readme.txt', 'hello')))).toBeNull();
    expect(await readPackage(packed(entry('package/package.json', '{"name": "x"}')))).toBeNull();
  });
});
