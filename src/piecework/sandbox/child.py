"""The V8 child (inside): one request at a time, each in a fresh context that is thrown away afterwards.

Requests are frames (``protocol.py``) whose header says what to do; the payload is JSON text, a string to V8 on its way in and out.
    {op: code, source, cpu, output, stdout}   payload: inputs       ->  header JSON of the outcome, payload: the result
    {op: evaluate, expressions, cpu, output}  payload: scope        ->  payload: [[true, value] | [false, error], ...]
    {op: compile, cpu}                        payload: the source   ->  payload: the script
V8 hands nothing but texts to Python, and Python nothing but texts to V8.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import re
import signal
import socket
import time
from typing import Any

import _STPyV8 as v8  # type: ignore[import-not-found]  # not its wrapper, which freezes V8's flags before the heap limit is known

from piecework.sandbox import confinement, protocol

_HERE = os.path.dirname(os.path.abspath(__file__))
_MEGABYTE = 1024 * 1024
_MAX_REQUEST_BYTES = 256 * _MEGABYTE
_RECEIVE_BYTES = 64 * 1024
_RANDOM_BYTES = 8192

_FLAGS = "--single-threaded --no-freeze-flags-after-init --no-expose-wasm --no-incremental-marking --initial-heap-size=8"
"""A fork has no threads; the heap limit is set after the fork; WebAssembly's memory escapes every limit of ours; marking in steps keeps
dead contexts alive for longer: a quarter more time and twice the memory; a heap that begins small (in MB) is cleaned sooner: 9 MB less a child for
no more time. V8 ignores everything after a flag that it does not know."""

_POLYFILLS = (
    (("URL",), "url"),
    (("structuredClone",), "structured-clone"),
    (("atob", "btoa"), "base64"),
    (("TextEncoder", "TextDecoder"), "text-encoding"),
)
"""Loaded when the code mentions one of the names: they cost 0.03 to 1 ms a context."""

_scripts: dict[str, str] = {}


class _ScriptError(Exception):
    """What STPyV8 raises for a JavaScript error that no class of Python's stands for."""


def initialise_v8() -> None:
    """Before the first fork: the engine, its Unicode data, our scripts' texts; no isolate, whose random seeds would be inherited."""
    for name in ("prelude", "vendor/url", "vendor/structured-clone", "vendor/base64", "vendor/text-encoding", "vendor/sucrase"):
        with open(os.path.join(_HERE, f"{name}.js"), encoding="utf-8") as script:
            _scripts[name.removeprefix("vendor/")] = script.read()
    v8.JSEngine.setFlags(_FLAGS)
    v8._JSError._jsclass = _ScriptError
    _load_unicode_data()
    platform = v8.JSPlatform()
    platform.init()
    initialise_v8.platform = platform  # type: ignore[attr-defined]  # V8 keeps a bare pointer to it


def _load_unicode_data() -> None:
    """Intl and toLocaleString abort without it. STPyV8 itself looks in system folders only, and its path there is a dangling pointer."""
    load = ctypes.CDLL(v8.__file__)["_ZN2v82V813InitializeICUEPKc"]  # bool v8::V8::InitializeICU(const char*)
    load.restype, load.argtypes = ctypes.c_bool, [ctypes.c_char_p]
    path = os.path.join(os.path.dirname(str(v8.__file__)), "stpyv8-icu", "icudtl.dat")
    if not load(path.encode()):
        raise RuntimeError(f"V8 cannot load its Unicode data from {path}")


def serve(connection: socket.socket, memory_mb: int, parent: int) -> None:
    """Answer requests until the pool closes the connection; announces itself when it is confined, or says why it cannot be."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # contexts are released by reference counts; a collection would only copy the shared pages
    v8.JSEngine.setFlags(f"--max-heap-size={memory_mb}")
    isolate = v8.JSIsolate()
    isolate.enter()
    _run_in_context(_warm_up, {}, "null")
    try:
        confinement.drop_privileges(parent)
        confinement.limit_resources((memory_mb + confinement.NATIVE_HEADROOM_MB) * _MEGABYTE)
        confinement.install_filter(confinement.v8_filter(confinement.machine()))
    except (OSError, RuntimeError) as error:
        connection.sendall(protocol.encode(str(error).encode()))
        return
    connection.sendall(protocol.encode(protocol.GREETING))
    reader = protocol.FrameReader(_MAX_REQUEST_BYTES)
    buffer = memoryview(bytearray(_RECEIVE_BYTES))
    while True:
        frame = None
        while frame is None:
            received = connection.recv_into(buffer)
            if not received:
                os._exit(0)
            frame = reader.feed(buffer[:received])
        connection.sendall(protocol.encode(*_answer(frame)))


_BEYOND_16_BITS = re.compile("[\U00010000-\U0010ffff]")


def _as_utf16(text: str) -> str:
    """STPyV8 cuts every code point to 16 bits on its way to V8: those beyond become the two surrogates that JavaScript has for them.

    By arithmetic: a codec would be a module, and no file can be opened any more.
    """
    return _BEYOND_16_BITS.sub(_surrogates, text)


def _surrogates(match: re.Match[str]) -> str:
    offset = ord(match[0]) - 0x10000
    return chr(0xD800 + (offset >> 10)) + chr(0xDC00 + (offset & 0x3FF))


def _answer(frame: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    request = json.loads(frame[0])
    confinement.limit_cpu(time.process_time(), request["cpu"])
    text = _run_in_context(_OPERATIONS[request["op"]], request, _as_utf16(frame[1].decode()))
    header, _, payload = text.partition("\n")
    return header.encode("utf-8", "replace"), payload.encode("utf-8", "replace")


def _run_in_context(operation: Any, request: dict[str, Any], text: str) -> str:
    """The operation's ``header JSON, line feed, payload``; what the code did to the context's globals is gone with the context."""
    context = v8.JSContext(None)
    context.enter()
    try:
        context.eval(_scripts["prelude"], "sandbox")
        result = operation(context, request, text)
        return result if type(result) is str else _failure("code", "Error", "the code broke its own sandbox")
    except SyntaxError as error:
        return _failure("syntax", "SyntaxError", *_split_syntax_error(str(error)))
    except MemoryError:  # the child's own, for texts on their way in and out
        return _failure("memory", "MemoryError", "")
    except Exception as error:
        return _failure("code", type(error).__name__, str(error))
    finally:
        context.leave()


def _warm_up(context: Any, request: dict[str, Any], text: str) -> str:
    """Fills V8's code cache with the prelude's functions."""
    request = {"source": _wrap("exports.code = async () => 1"), "expressions": [], "output": 9, "stdout": 9}
    return _run_code(context, request, text)


def _run_code(context: Any, request: dict[str, Any], inputs: str) -> Any:
    source = _as_utf16(request["source"])
    _load_polyfills(context, source)
    context.eval(source, "step", 0, 0)
    context.eval(f"$sandbox.run({_literal(inputs)},{int(request['output'])},{int(request['stdout'])})", "sandbox")
    while True:
        outcome = context.eval("$sandbox.take()", "sandbox")
        if type(outcome) is not str or not outcome or outcome[0] == "{":
            return outcome
        time.sleep(float(outcome) / 1000)
        context.eval("$sandbox.tick()", "sandbox")


def _evaluate(context: Any, request: dict[str, Any], scope: str) -> Any:
    expressions = json.dumps(request["expressions"])
    _load_polyfills(context, expressions)
    return context.eval(f"$sandbox.evaluate({_literal(scope)},{expressions},{int(request['output'])})", "sandbox")


def _compile(context: Any, request: dict[str, Any], source: str) -> Any:
    context.eval(_scripts["sucrase"], "sucrase")
    code = context.eval(f"$sandbox.attempt(() => sucrase.transform({_literal(source)},{_TRANSFORM_OPTIONS}).code)", "sandbox")
    if type(code) is not str or not code.startswith("\n"):
        return code
    script = _wrap(code[1:])
    context.eval(_as_utf16(script), "step", 0, 0)  # V8 has the last word on syntax; the script itself only registers a function here
    return '{"ok":true}\n' + script


_TRANSFORM_OPTIONS = "{transforms: ['typescript', 'imports'], disableESTransforms: true, production: true}"


def _wrap(code: str) -> str:
    """On one line with the code's first, so that line numbers are those of the source."""
    return "$sandbox.define(function (exports, require, module) {" + code + "\n});"


def _literal(text: str) -> str:
    """A text as a JavaScript string literal (every JSON string is one). Handing V8 a Python str as a global or an argument would be twice
    as fast, but STPyV8's wrapper objects crash the process some hundred contexts later."""
    return json.dumps(text, ensure_ascii=False)


def _load_polyfills(context: Any, source: str) -> None:
    for names, script in _POLYFILLS:
        if any(name in source for name in names):
            context.eval(_scripts[script], script)
    if "crypto" in source:
        context.eval(f"$sandbox.random('{os.urandom(_RANDOM_BYTES).hex()}')", "sandbox")


def _failure(kind: str, name: str, message: str, line: int = 0) -> str:
    return json.dumps({"ok": False, "kind": kind, "name": name, "message": message, "line": line}) + "\n"


def _split_syntax_error(text: str) -> tuple[str, int]:
    """V8's ``SyntaxError: why ( step @ line : column )  -> source`` as (why, line)."""
    found = re.match(r"SyntaxError: (.*?) \( .* @ (\d+) : \d+ \)", text, re.DOTALL)
    return (found[1], int(found[2])) if found is not None else (text.removeprefix("SyntaxError: "), 0)


_OPERATIONS = {"code": _run_code, "evaluate": _evaluate, "compile": _compile}
