'use strict';
// What a thread takes away from the code that it is going to load. Nothing here is a wall against hostile code (the sandbox around the
// process is, where it is switched on): it keeps ordinary pieces from doing to others what they do without thinking.

const fs = require('node:fs');
const workers = require('node:worker_threads');
const { syncBuiltinESMExports } = require('node:module');

const TLS_SWITCH = 'NODE_TLS_REJECT_UNAUTHORIZED';
const CONSOLE = ['assert', 'debug', 'dir', 'dirxml', 'error', 'group', 'groupCollapsed', 'info', 'log', 'table', 'timeEnd', 'timeLog', 'trace', 'warn'];

/** Certificates are checked whatever a piece writes into its environment (pieces-common switches that off with every request). */
function protectEnvironment() {
  const environment = { ...process.env };
  delete environment[TLS_SWITCH];
  const proxy = new Proxy(environment, {
    set(target, name, value) {
      if (name !== TLS_SWITCH) target[name] = String(value);
      return true;
    },
    defineProperty(target, name, descriptor) {
      return name === TLS_SWITCH || Reflect.defineProperty(target, name, { ...descriptor, configurable: true });
    },
  });
  Object.defineProperty(process, 'env', { value: proxy, writable: false, configurable: false, enumerable: true });
}

function forbid(owner, name, message) {
  const refuse = (...given) => {
    throw new Error(message(...given));
  };
  Object.defineProperty(owner, name, { value: refuse, writable: false, configurable: false, enumerable: true });
}

function protectProcess() {
  for (const name of ['exit', 'reallyExit', 'abort']) forbid(process, name, (code) => `The piece called process.${name}(${code ?? ''})`);
  forbid(process, 'kill', () => 'A piece may not send signals');
  workers.Worker = class Worker {
    constructor() {
      throw new Error('A piece may not start threads of its own');
    }
  };
  syncBuiltinESMExports();
}

/** Node throws where a piece asks whether a file exists that it may not read; for the piece, there is none. */
function hideFiles() {
  const exists = fs.existsSync;
  fs.existsSync = (path) => {
    try {
      return exists(path);
    } catch {
      return false;
    }
  };
  syncBuiltinESMExports();
}

/** Pieces print requests with their tokens. */
function silence() {
  for (const name of CONSOLE) console[name] = () => {};
  process.emitWarning = () => {};
}

module.exports = function lockDown() {
  protectEnvironment();
  protectProcess();
  hideFiles();
  silence();
};
