'use strict';
// What goes in and out of a piece: files, JSON text of whatever a piece returned, errors.

const { Readable } = require('node:stream');

const MAX_MESSAGE = 100_000;

/** The file of a FILE property: `streaming` ones have a stream instead of the bytes. */
function fileOf({ filename, extension }, bytes, streaming) {
  const data = Buffer.from(bytes); // a copy: the frame's memory must not live as long as the file
  const known = { filename, extension: extension ?? undefined };
  if (streaming) return { ...known, size: data.length, body: Readable.from([data]) };
  return {
    ...known,
    data,
    get base64() {
      return data.toString('base64');
    },
  };
}

/** Puts the files of a call into its properties. `files`: [[path, {filename, extension}, start, length]]. */
function placeFiles(props, files, bytes, schema) {
  for (const [path, head, start, length] of files) {
    let owner = props;
    for (const key of path.slice(0, -1)) owner = owner[key];
    const streaming = schema?.[path[0]]?.streaming === true;
    owner[path.at(-1)] = fileOf(head, bytes.subarray(start, start + length), streaming);
  }
}

const TEXT_OF = [
  [BigInt, (value) => value.toString()],
  [Map, (value) => Object.fromEntries(value)],
  [Set, (value) => [...value]],
];

/** JSON text of any value: what JSON cannot say becomes text, an object or a list; a circle is cut. `undefined` is null. */
function jsonText(value) {
  for (const [type, convert] of TEXT_OF) {
    Object.defineProperty(type.prototype, 'toJSON', {
      value() {
        return convert(this);
      },
      configurable: true,
      writable: true,
    });
  }
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    if (error instanceof RangeError) throw error; // nested too deeply, or larger than any text can be
    return JSON.stringify(withoutCircles(value)) ?? 'null';
  } finally {
    for (const [type] of TEXT_OF) delete type.prototype.toJSON;
  }
}

/** A copy in which an object inside itself is the text "[Circular]", and what cannot be read (a throwing getter) is left out. */
function withoutCircles(value, above = new Set()) {
  if (value === null || typeof value !== 'object') return value;
  if (above.has(value)) return '[Circular]';
  above.add(value);
  try {
    const plain = typeof value.toJSON === 'function' ? value.toJSON() : value;
    if (plain === null || typeof plain !== 'object') return plain;
    if (Array.isArray(plain)) return plain.map((item) => withoutCircles(item, above));
    return Object.fromEntries(Object.keys(plain).map((key) => [key, withoutCircles(plain[key], above)]));
  } catch {
    return undefined;
  } finally {
    above.delete(value);
  }
}

/** What the server is told of an error: {name, message, detail?}; `detail` is {response, request} of a failed HTTP call. */
function describeError(error) {
  if (error === null || typeof error !== 'object') return { name: 'Error', message: String(error).slice(0, MAX_MESSAGE) };
  const name = String(error.name ?? error.constructor?.name ?? 'Error');
  const message = error instanceof Error || typeof error.message === 'string' ? withCause(error) : jsonText(error);
  const described = { name, message: (message || name).slice(0, MAX_MESSAGE) };
  const detail = httpDetail(error);
  return detail === undefined ? described : { ...described, detail };
}

/** Node's fetch says only that it failed, and leaves why to the cause. */
function withCause({ message, cause }) {
  const why = cause instanceof Error && !String(message).includes(cause.message) ? cause.message || cause.code : undefined;
  return why ? `${message}: ${why}` : String(message);
}

/** Of pieces-common's HttpError and of axios's errors, which both carry `response`. */
function httpDetail(error) {
  const { response } = error;
  if (response === null || typeof response !== 'object' || typeof response.status !== 'number') return undefined;
  const body = response.body ?? response.data;
  const sent = error.request?.body ?? error.requestBody ?? error.config?.data;
  const detail = { response: { status: response.status, body: readable(body) }, request: { body: readable(sent) } };
  const text = jsonText(detail);
  return text.length > MAX_MESSAGE ? { response: { status: response.status }, request: {} } : JSON.parse(text);
}

function readable(body) {
  return typeof body === 'string' || Buffer.isBuffer(body) || typeof body !== 'object' || typeof body?.pipe !== 'function' ? body : undefined;
}

module.exports = { describeError, jsonText, placeFiles };
