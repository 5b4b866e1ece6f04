'use strict';
// Frames between the server and a thread, as in connection.py:
//   length: uint32 (of all that follows) | id: uint32 | kind: uint8 | length of the JSON text: uint32 | JSON text | bytes

const HEAD = 13;

const KIND = { HELLO: 0, CALL: 1, RESULT: 2, ASK: 3, ANSWER: 4, PING: 5, PONG: 6 };

/** Writes frames to a socket; all that come in one turn of the event loop go out at once. */
class FrameWriter {
  constructor(socket) {
    this.socket = socket;
    this.corked = false;
  }

  send(id, kind, text, bytes) {
    const textLength = Buffer.byteLength(text);
    const bytesLength = bytes === undefined ? 0 : bytes.length;
    const frame = Buffer.allocUnsafe(HEAD + textLength);
    frame.writeUInt32BE(9 + textLength + bytesLength, 0);
    frame.writeUInt32BE(id, 4);
    frame.writeUInt8(kind, 8);
    frame.writeUInt32BE(textLength, 9);
    frame.write(text, HEAD, 'utf8');
    if (!this.corked) {
      this.corked = true;
      this.socket.cork();
      setImmediate(() => {
        this.corked = false;
        this.socket.uncork();
      });
    }
    this.socket.write(frame);
    if (bytesLength > 0) this.socket.write(bytes);
  }
}

/** Cuts what a socket brings into frames and hands each to `take(id, kind, text, bytes)`. */
function readFrames(socket, take) {
  let chunks = [];
  let length = 0;
  let needed = HEAD;
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length < needed) return;
    let buffer = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length);
    let start = 0;
    needed = HEAD;
    while (buffer.length - start >= HEAD) {
      const end = start + 4 + buffer.readUInt32BE(start);
      if (end > buffer.length) {
        needed = end - start;
        break;
      }
      const textEnd = start + HEAD + buffer.readUInt32BE(start + 9);
      const text = buffer.toString('utf8', start + HEAD, textEnd);
      take(buffer.readUInt32BE(start + 4), buffer.readUInt8(start + 8), text, buffer.subarray(textEnd, end));
      start = end;
    }
    buffer = buffer.subarray(start);
    chunks = buffer.length > 0 ? [buffer] : [];
    length = buffer.length;
  });
}

module.exports = { FrameWriter, KIND, readFrames };
