// What a fresh context gets before any untrusted code: console, timers, and `$sandbox`, the only door between the child and the code.
// Everything needed later is captured now, because the code may replace every global. Whatever it does to this realm dies with the context.
const $sandbox = (() => {
  "use strict";
  const { parse, stringify } = JSON;
  const { apply, defineProperty, deleteProperty } = Reflect;
  const { now } = Date;
  const { String, Promise, Error, Object, Array, Map, TypeError } = globalThis;
  const isError = (value) => value instanceof Error;
  const evalGlobally = globalThis.eval;
  const global = globalThis;
  const then = Promise.prototype.then;
  const timers = new Map();
  const { get: mapGet, set: mapSet, delete: mapDelete, forEach: mapForEach } = Map.prototype;
  const sizeOf = Object.getOwnPropertyDescriptor(Map.prototype, "size").get;

  for (const name of ["SharedArrayBuffer", "Atomics", "WebAssembly"]) deleteProperty(global, name);

  // ---- console -------------------------------------------------------------------------------------------------------------------
  let stdout = "";
  let room = 0;

  const show = (value) => {
    if (typeof value === "string") return value;
    if (typeof value === "bigint") return String(value) + "n";
    if (typeof value === "function") return "[Function: " + String(value.name || "(anonymous)") + "]";
    if (typeof value !== "object" || value === null) return String(value);
    try {
      return isError(value) ? String(value.stack) : stringify(value);
    } catch {
      return "[object]";
    }
  };

  const print = (...values) => {
    if (room <= 0) return;
    let line = "";
    for (let i = 0; i < values.length; i++) {
      let text;
      try { text = show(values[i]); } catch { text = "[unprintable]"; }
      line += (i ? " " : "") + text;
      if (line.length > room) break;
    }
    line += "\n";
    if (line.length > room) {
      stdout += line.slice(0, room) + "\n[output cut]\n";
      room = 0;
    } else {
      stdout += line;
      room -= line.length;
    }
  };

  const console = {};
  for (const name of ["log", "info", "warn", "error", "debug", "trace", "dir", "table"]) console[name] = print;
  for (const name of ["assert", "count", "group", "groupEnd", "time", "timeEnd", "timeLog", "clear"]) console[name] = () => {};
  defineProperty(global, "console", { value: console, writable: true, configurable: true, enumerable: false });

  // ---- timers --------------------------------------------------------------------------------------------------------------------
  // The child sleeps between two timers and calls `tick`: one callback an evaluation, so that promises settle in between.
  let lastTimer = 0;

  const schedule = (callback, delay, args, repeat) => {
    if (typeof callback !== "function") throw new TypeError("The callback of a timer must be a function");
    const wait = delay > 1 ? +delay : 1;
    apply(mapSet, timers, [++lastTimer, { callback, args, due: now() + wait, repeat: repeat ? wait : 0 }]);
    return lastTimer;
  };
  const cancel = (id) => { apply(mapDelete, timers, [id]); };

  const nextTimer = () => {
    let next = 0;
    let due = Infinity;
    apply(mapForEach, timers, [(timer, id) => { if (timer.due < due) { due = timer.due; next = id; } }]);
    return next;
  };

  const expose = (name, value) => defineProperty(global, name, { value, writable: true, configurable: true, enumerable: false });
  expose("setTimeout", (callback, delay, ...args) => schedule(callback, delay, args, false));
  expose("setInterval", (callback, delay, ...args) => schedule(callback, delay, args, true));
  expose("setImmediate", (callback, ...args) => schedule(callback, 0, args, false));
  for (const name of ["clearTimeout", "clearInterval", "clearImmediate"]) expose(name, cancel);
  const resolved = Promise.resolve();
  expose("queueMicrotask", (callback) => {
    if (typeof callback !== "function") throw new TypeError("The callback of queueMicrotask must be a function");
    apply(then, resolved, [() => { try { callback(); } catch (error) { fail(error); } }]);
  });

  // ---- outcome: header JSON, a line feed, the result's JSON (nothing for undefined) ------------------------------------------------
  let outcome = null;
  let limit = 0;

  const answer = (header, payload) => {
    if (stdout) header.stdout = stdout;
    return stringify(header) + "\n" + payload;
  };

  const describe = (error) => {
    if (typeof error !== "object" || error === null || !("message" in error)) return { name: "Error", message: show(error), stack: "" };
    return { name: String(error.name || "Error"), message: String(error.message), stack: String(error.stack || "") };
  };

  const failed = (kind, error) => {
    let seen;
    try { seen = describe(error); } catch { seen = { name: "Error", message: "the code threw a value that cannot be described", stack: "" }; }
    return answer({ ok: false, kind, __proto__: null, name: seen.name, message: seen.message, stack: seen.stack }, "");
  };

  const fail = (error) => { outcome ??= failed("code", error); };

  const succeed = (value) => {
    let json;
    try {
      json = stringify(value);
    } catch (error) {
      outcome = failed("result", error);
      return;
    }
    if (json === undefined) json = "";
    outcome = json.length > limit ? answer({ ok: false, kind: "output" }, "") : answer({ ok: true, __proto__: null }, json);
  };

  // ---- a code step ---------------------------------------------------------------------------------------------------------------
  let define = null;
  let started = false;

  const require = (name) => {
    throw new Error('Cannot import "' + show(name) + '": npm packages are not available in the sandbox');
  };

  const findEntry = (module) => {
    const exported = module.exports;
    if (exported !== null && exported !== undefined && typeof exported.code === "function") return exported;
    throw new TypeError("The step must export a function named code: export const code = async (inputs) => { ... }");
  };

  const settle = async (inputs) => {
    try {
      const module = { exports: {} };
      apply(define, undefined, [module.exports, require, module]);
      succeed(await findEntry(module).code(inputs));
    } catch (error) {
      fail(error);
    }
  };

  const configure = (maxOutput, maxStdout) => {
    limit = maxOutput;
    room = maxStdout;
  };

  // ---- expressions ---------------------------------------------------------------------------------------------------------------
  // Follows a path of keys through objects, and through every item of the lists on the way; the values found, in order.
  const flattenNestedKeys = (value, path) => {
    if (Array.isArray(value)) return value.flatMap((item) => flattenNestedKeys(item, path));
    if (typeof value === "object" && value !== null) {
      return path.length > 0 && Object.hasOwn(value, path[0]) ? flattenNestedKeys(value[path[0]], path.slice(1)) : [];
    }
    return path.length === 0 ? [value] : [];
  };

  const evaluateOne = (expression) => {
    try {
      const json = stringify(evalGlobally("(" + expression + "\n)"));
      return json === undefined ? "[false,null]" : "[true," + json + "]";
    } catch (error) {
      let text;
      try { const seen = describe(error); text = seen.name + ": " + seen.message; } catch { text = "Error"; }
      return "[false," + stringify(text) + "]";
    }
  };

  return Object.freeze({
    __proto__: null,
    define: (body) => { define ??= body; },
    run: (inputs, maxOutput, maxStdout) => {
      if (started) return;
      started = true;
      configure(maxOutput, maxStdout);
      settle(parse(inputs));
    },
    // The outcome; or the milliseconds to sleep before `tick`, as a text; or the failure that nothing can settle it any more.
    take: () => {
      if (outcome !== null) return outcome;
      if (apply(sizeOf, timers, []) === 0) {
        return failed("code", { name: "Error", message: "the code's promise never settled", stack: "" });
      }
      const wait = apply(mapGet, timers, [nextTimer()]).due - now();
      return String(wait > 0 ? wait : 0);
    },
    tick: () => {
      const id = nextTimer();
      const timer = apply(mapGet, timers, [id]);
      if (timer === undefined || timer.due > now()) return;
      if (timer.repeat) timer.due = now() + timer.repeat;
      else apply(mapDelete, timers, [id]);
      try { apply(timer.callback, undefined, timer.args); } catch (error) { fail(error); }
    },
    evaluate: (scopeText, expressions, maxOutput) => {
      configure(maxOutput, 0);
      const scope = parse(scopeText);
      expose("flattenNestedKeys", flattenNestedKeys);
      for (const name of Object.keys(scope)) expose(name, scope[name]);
      let json = "[";
      for (let i = 0; i < expressions.length; i++) {
        json += (i ? "," : "") + evaluateOne(expressions[i]);
        if (json.length > limit) return answer({ ok: false, kind: "output" }, "");
      }
      return answer({ ok: true }, json + "]");
    },
    // For the compiler: a line feed and the text, or the header of a syntax error, whose place sucrase gives as " (line:column)".
    attempt: (transform) => {
      try {
        return "\n" + transform();
      } catch (error) {
        const [, message, line] = /^(.*?)(?: \((\d+):\d+\))?$/s.exec(error.message);
        return answer({ ok: false, kind: "syntax", message, line: +(line ?? 0) }, "");
      }
    },
    random: (hex) => {
      let left = hex;
      const byte = () => {
        if (left.length < 2) throw new Error("crypto: a step can draw 8192 random bytes, and has drawn them all");
        const drawn = left.slice(0, 2);
        left = left.slice(2);
        return drawn;
      };
      const getRandomValues = (array) => {
        const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
        for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(byte(), 16);
        return array;
      };
      const randomUUID = () => {
        let digits = "";
        for (let i = 0; i < 16; i++) digits += byte();
        const variant = "89ab"[parseInt(digits[16], 16) & 3];
        return digits.slice(0, 8) + "-" + digits.slice(8, 12) + "-4" + digits.slice(13, 16) + "-" + variant + digits.slice(17, 20) + "-" + digits.slice(20);
      };
      expose("crypto", Object.freeze({ getRandomValues, randomUUID }));
    },
  });
})();
