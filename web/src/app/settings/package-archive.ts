/** Reads name and version out of a package as `npm pack` makes it: a tar archive, compressed with gzip, with `package/package.json` in it. */

export interface PackageName {
  name: string;
  version: string;
}

const BLOCK = 512;
const NAME_LENGTH = 100;
const SIZE_AT = 124;
const SIZE_LENGTH = 12;
/** More than this of an archive is not looked at. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The name and version of the package; null for a file that is not one. */
export async function readPackage(file: ReadableStream<Uint8Array>): Promise<PackageName | null> {
  try {
    const text = packageJson(await unzipped(file));
    const { name, version } = JSON.parse(text ?? '') as Partial<PackageName>;
    return typeof name === 'string' && typeof version === 'string' ? { name, version } : null;
  } catch {
    return null;
  }
}

async function unzipped(file: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = file.pipeThrough(new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let read = await reader.read(); !read.done && size < MOST_BYTES; read = await reader.read()) {
    chunks.push(read.value);
    size += read.value.length;
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** The text of the nearest `package.json`, one folder down. Each file of a tar archive is a header and its bytes, in blocks of 512. */
function packageJson(tar: Uint8Array): string | null {
  const text = (from: number, length: number) => new TextDecoder().decode(tar.subarray(from, from + length));
  for (let at = 0; at + BLOCK <= tar.length;) {
    const name = text(at, NAME_LENGTH).split('\0', 1)[0] ?? '';
    const size = Number.parseInt(text(at + SIZE_AT, SIZE_LENGTH), 8);
    if (Number.isNaN(size)) return null;
    if (/^[^/]+\/package\.json$/.test(name)) return text(at + BLOCK, size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return null;
}
