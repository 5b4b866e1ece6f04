'use strict';
// The process that runs pieces from npm: it starts a thread for each piece and ends it, and speaks to the server about nothing else.
// Started as `node host.cjs <socket>`; every thread connects to the same socket by itself (thread.cjs).
//   in:  {op: "start", thread, piece, memoryMb, outputBytes, egress} | {op: "end", thread} | {op: "check"}
//   out: {thread, ended: "memory" | "error" | "exit", message}

const net = require('node:net');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { FrameWriter, KIND, readFrames } = require('./frames.cjs');

const MEGABYTE = 1024 * 1024;
const NATIVE_HEADROOM_MB = 64; // memory outside of the heap beyond the heap's limit: buffers, text on its way in and out
const HEAP_ROOM_MB = 512; // V8 ends a thread that reaches its limit bit by bit, but the whole process when one single value does not fit
const GARBAGE_SHARE = 1.5; // a heap that is much larger than its limit holds more than what the next collection will find

const socketPath = process.argv[2];
const threads = new Map(); // number -> {worker, memoryMb, reason}

const socket = net.connect(socketPath);
const writer = new FrameWriter(socket);
socket.on('connect', () => writer.send(0, KIND.HELLO, '{"control":true}'));
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(0)); // the server is gone
process.on('uncaughtException', () => {}); // whatever a piece does to this thread from its own, the others go on
process.on('unhandledRejection', () => {});

readFrames(socket, (_id, _kind, text) => {
  const message = JSON.parse(text);
  if (message.op === 'start') start(message);
  else if (message.op === 'end') end(message.thread, 'exit');
  else if (message.op === 'check') for (const thread of threads.values()) check(thread);
});

function start({ thread: number, piece, memoryMb, outputBytes, egress }) {
  const worker = new Worker(path.join(__dirname, 'thread.cjs'), {
    workerData: { number, piece, socketPath, outputBytes, egress },
    resourceLimits: { maxOldGenerationSizeMb: memoryMb + HEAP_ROOM_MB, maxYoungGenerationSizeMb: Math.max(16, memoryMb / 4) },
    env: { ...process.env },
    stdin: false,
    stdout: true,
    stderr: true,
  });
  const thread = { worker, memoryMb, reason: null, message: '' };
  threads.set(number, thread);
  worker.stdout.resume(); // what pieces print may hold secrets: it goes nowhere
  worker.stderr.resume();
  worker.on('error', (error) => {
    const memory = error !== null && typeof error === 'object' && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    thread.reason ??= memory ? 'memory' : 'error';
    thread.message = memory ? '' : String((error && error.message) || error).slice(0, 2000);
  });
  worker.on('exit', () => {
    threads.delete(number);
    writer.send(0, KIND.RESULT, JSON.stringify({ thread: number, ended: thread.reason ?? 'exit', message: thread.message }));
  });
}

function end(number, reason) {
  const thread = threads.get(number);
  if (thread === undefined) return;
  thread.reason ??= reason;
  thread.worker.terminate();
}

/** The memory of a thread, its heap and what lies outside of it (Buffers), looked at while it computes, too. */
function check(thread) {
  thread.worker.getHeapStatistics().then(
    (statistics) => {
      const outside = statistics.external_memory > (thread.memoryMb + NATIVE_HEADROOM_MB) * MEGABYTE;
      if (outside || statistics.used_heap_size > thread.memoryMb * GARBAGE_SHARE * MEGABYTE) {
        thread.reason ??= 'memory';
        thread.worker.terminate();
      }
    },
    () => {}, // it has ended meanwhile
  );
}
