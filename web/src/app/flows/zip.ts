/** ZIP archives of text files, for exporting several flows at once and importing them again (PKWARE APPNOTE 6.3, without ZIP64). */

export interface TextFile {
  name: string;
  content: string;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
const STORED = 0;
const DEFLATED = 8;
const UTF_8_NAMES = 0x0800;
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** An archive of these files, uncompressed. */
export function zip(files: readonly TextFile[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const file of files) {
    const name = encoder.encode(file.name);
    const content = encoder.encode(file.content);
    const entry = { name, crc: crc32(content), size: content.length, offset };
    const header = localHeader(entry);
    parts.push(header, content);
    directory.push(centralHeader(entry));
    offset += header.length + content.length;
  }
  const size = directory.reduce((sum, header) => sum + header.length, 0);
  return joined([...parts, ...directory, endRecord(files.length, size, offset)]);
}

/** The files of an archive, directories left out. Throws an Error for what is no archive. */
export async function unzip(bytes: Uint8Array<ArrayBuffer>): Promise<TextFile[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const files: TextFile[] = [];
  const decoder = new TextDecoder();
  let at = view.getUint32(end + 16, true);
  for (let count = view.getUint16(end + 10, true); count > 0; count--) {
    if (view.getUint32(at, true) !== CENTRAL_HEADER) throw new Error('Not a ZIP archive');
    const nameLength = view.getUint16(at + 28, true);
    const name = decoder.decode(bytes.subarray(at + 46, at + 46 + nameLength));
    if (!name.endsWith('/')) files.push({ name, content: decoder.decode(await contentAt(bytes, view, at)) });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}

async function contentAt(bytes: Uint8Array<ArrayBuffer>, view: DataView, central: number): Promise<Uint8Array> {
  const method = view.getUint16(central + 10, true);
  const size = view.getUint32(central + 20, true);
  const local = view.getUint32(central + 42, true);
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const content = bytes.slice(start, start + size);
  if (method === STORED) return content;
  if (method !== DEFLATED) throw new Error('The archive is compressed in an unknown way');
  const inflate = new DecompressionStream('deflate-raw');
  const writer = inflate.writable.getWriter();
  const written = writer.write(content).then(() => writer.close());
  const [inflated] = await Promise.all([new Response(inflate.readable).arrayBuffer(), written]);
  return new Uint8Array(inflated);
}

function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= 0; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new Error('Not a ZIP archive');
}

interface Entry {
  name: Uint8Array;
  crc: number;
  size: number;
  offset: number;
}

/** What both headers of an entry share: version, flags, method, time, CRC, sizes. The time is the format's first day. */
function writeEntry(view: DataView, at: number, entry: Entry): void {
  view.setUint16(at, 20, true);
  view.setUint16(at + 2, UTF_8_NAMES, true);
  view.setUint16(at + 4, STORED, true);
  view.setUint16(at + 8, 0x21, true);
  view.setUint32(at + 10, entry.crc, true);
  view.setUint32(at + 14, entry.size, true);
  view.setUint32(at + 18, entry.size, true);
  view.setUint16(at + 22, entry.name.length, true);
}

function localHeader(entry: Entry): Uint8Array {
  const header = new Uint8Array(30 + entry.name.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, LOCAL_HEADER, true);
  writeEntry(view, 4, entry);
  header.set(entry.name, 30);
  return header;
}

function centralHeader(entry: Entry): Uint8Array {
  const header = new Uint8Array(46 + entry.name.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, CENTRAL_HEADER, true);
  view.setUint16(4, 20, true);
  writeEntry(view, 6, entry);
  view.setUint32(42, entry.offset, true);
  header.set(entry.name, 46);
  return header;
}

function endRecord(count: number, size: number, offset: number): Uint8Array {
  const record = new Uint8Array(22);
  const view = new DataView(record.buffer);
  view.setUint32(0, END, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, size, true);
  view.setUint32(16, offset, true);
  return record;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
