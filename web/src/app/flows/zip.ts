/** ZIP archives of text files, for exporting several flows at once and importing them again. */
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';

export interface TextFile {
  name: string;
  content: string;
}

/** An archive of these files. */
export function zip(files: readonly TextFile[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zipSync(Object.fromEntries(files.map(({ name, content }) => [name, strToU8(content)]))));
}

/** The files of an archive, directories left out. Throws an Error for what is no archive. */
export function unzip(bytes: Uint8Array): TextFile[] {
  return Object.entries(unzipSync(bytes))
    .filter(([name]) => !name.endsWith('/'))
    .map(([name, content]) => ({ name, content: strFromU8(content) }));
}
