'use strict';
// One thread, one piece: connects to the server, loads the piece, and answers calls. Calls run side by side, as the piece awaits.
//   CALL {op, …}          -> RESULT {ok: true, …what the operation gives} | {ok: false, error}
//   ASK {call, op, …}     -> ANSWER {value} | {error}: what a piece asks of the platform
//   PING                  -> PONG: the event loop turns

const { AsyncLocalStorage } = require('node:async_hooks');
const net = require('node:net');
const { workerData } = require('node:worker_threads');
const { FrameWriter, KIND, readFrames } = require('./frames.cjs');
const lockDown = require('./lockdown.cjs');
const guardEgress = require('./egress.cjs');
const { loadPiece } = require('./piece.cjs');
const { describeError } = require('./values.cjs');

const OPERATIONS = new Set(['action', 'describe', 'events', 'options', 'trigger', 'validate']);

const current = new AsyncLocalStorage(); // the call in which a piece's code runs
const asked = new Map(); // id -> {resolve, reject}
let lastAsk = 0;

const socket = net.connect(workerData.socketPath);
const writer = new FrameWriter(socket);
socket.on('error', () => {});
socket.on('connect', begin);
process.on('uncaughtException', (error) => current.getStore()?.fail(error)); // thrown by a timer or an event: the call would never end
process.on('unhandledRejection', () => {}); // a promise that nobody waits for: the call may still end well

let piece;

function begin() {
  try {
    lockDown();
    if (workerData.egress) guardEgress(workerData.egress, socket);
    piece = loadPiece(workerData.piece);
    readFrames(socket, take);
    writer.send(0, KIND.HELLO, JSON.stringify({ thread: workerData.number }));
  } catch (error) {
    writer.send(0, KIND.HELLO, JSON.stringify({ thread: workerData.number, error: describeError(error) }));
  }
}

function take(id, kind, text, bytes) {
  if (kind === KIND.CALL) answer(id, text, bytes);
  else if (kind === KIND.PING) writer.send(id, KIND.PONG, '');
  else if (kind === KIND.ANSWER) settle(id, JSON.parse(text));
}

function answer(id, text, bytes) {
  let open = true;
  const finish = (result) => {
    if (open) writer.send(id, KIND.RESULT, result);
    open = false;
  };
  const fail = (error) => finish(JSON.stringify({ ok: false, error: describeError(error) }));
  current.run({ fail }, () => {
    run(id, text, bytes).then((result) => finish(bounded(`{"ok":true,${result.slice(1)}`)), fail);
  });
}

function bounded(result) {
  const limit = workerData.outputBytes;
  if (result.length <= limit / 3 || Buffer.byteLength(result) <= limit) return result; // no character has more than three bytes
  return JSON.stringify({ ok: false, error: { name: 'OutputTooLarge', message: `The output is larger than ${limit} bytes` } });
}

async function run(id, text, bytes) {
  const call = JSON.parse(text);
  if (!OPERATIONS.has(call.op)) throw new Error(`Unknown operation ${call.op}`);
  const ask = (op, message, attached) =>
    new Promise((resolve, reject) => {
      lastAsk = (lastAsk + 1) >>> 0;
      asked.set(lastAsk, { resolve, reject });
      writer.send(lastAsk, KIND.ASK, JSON.stringify({ call: id, op, ...message }), attached);
    });
  return piece[call.op](call, bytes, ask);
}

function settle(id, { value, error }) {
  const waiting = asked.get(id);
  asked.delete(id);
  if (error === undefined) waiting?.resolve(value);
  else waiting?.reject(new Error(error));
}
