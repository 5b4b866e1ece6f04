"""Real attacks by JavaScript steps: each is contained and named, and the next step on the same pool works."""

import asyncio
from typing import Any

import pytest

from piecework.sandbox.errors import CodeFailed, MemoryLimitExceeded, OutputTooLarge, SandboxError, TimeLimitExceeded
from piecework.sandbox.language import Language
from piecework.sandbox.pool import SandboxPool

from .conftest import Run

HARMLESS = "export const code = async (inputs) => JSON.stringify([inputs, [1, 2].map(x => x + 1), String(new Map().size)])"
HARMLESS_RESULT = '[{"x":1},[2,3],"0"]'


def step(body: str) -> str:
    return f"export const code = async (inputs) => {{ {body} }}"


EITHER = (MemoryLimitExceeded, TimeLimitExceeded)  # a collector that finds nothing to collect takes its time, too

BOMBS: dict[str, tuple[str, type[SandboxError] | tuple[type[SandboxError], ...]]] = {
    "array growth": ("const a = []; while (true) a.push({})", EITHER),
    "object growth": ("const o = {}; for (let i = 0; ; i++) o['key' + i] = 'v'.repeat(100) + i", EITHER),
    "string doubling": ("let s = 'x'; while (true) s = (s + s).split('').join('')", EITHER),
    "array buffers": ("const a = []; while (true) a.push(new ArrayBuffer(1e7))", (MemoryLimitExceeded, CodeFailed)),
    "one array buffer": ("return new Uint8Array(8e9).length", CodeFailed),
    "resizable buffer": ("const b = new ArrayBuffer(1, {maxByteLength: 4e9}); b.resize(4e9); new Uint8Array(b).fill(1)", CodeFailed),
    "split": ("return 'x'.repeat(2 ** 29 - 30).split('')", MemoryLimitExceeded),
    "timers": ("while (true) setTimeout(() => {}, 1e9, new Array(100).fill(1))", EITHER),
    "endless loop": ("while (true);", TimeLimitExceeded),
    "endless promises": ("while (true) await null", TimeLimitExceeded),
    "endless microtasks": ("const f = () => queueMicrotask(f); f(); await new Promise(() => {})", EITHER),
    "backtracking": ("return /^(a+)+$/.test('a'.repeat(60) + '!')", TimeLimitExceeded),
    "sort": ("return new Array(3e5).fill(0).map(Math.random).sort(() => { while (true); })", TimeLimitExceeded),
    "waiting": ("await new Promise((done) => setTimeout(done, 1e6))", TimeLimitExceeded),
    "interval": ("setInterval(() => {}, 1); await new Promise(() => {})", TimeLimitExceeded),
    "deep recursion": ("const f = () => f() + 1; return f()", CodeFailed),
    "recursion in a callback": ("const f = () => [1].map(f); return f()", CodeFailed),
    "huge output": ("return 'x'.repeat(2_000_000)", OutputTooLarge),
    "endless toJSON": ("return {toJSON() { while (true); }}", TimeLimitExceeded),
    "never settled": ("await new Promise(() => {})", CodeFailed),
    "endless thenable": ("return {then() { while (true); }}", TimeLimitExceeded),
    "console flood": ("while (true) console.log('x'.repeat(1000))", TimeLimitExceeded),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_costs_nobody_else(pool: SandboxPool, run: Run, name: str) -> None:
    body, error = BOMBS[name]
    script = await pool.compile(step(body))
    neighbour = await pool.compile(step("await new Promise((done) => setTimeout(done, 100)); return inputs"))

    async def attack() -> Any:
        return await pool.run_code(script, None, language=Language.JAVASCRIPT, group="attacker")

    async def live(number: int) -> Any:
        return (await pool.run_code(neighbour, number, language=Language.JAVASCRIPT, group="neighbour")).value

    outcomes = await asyncio.gather(attack(), *[live(number) for number in range(3)], return_exceptions=True)
    assert isinstance(outcomes[0], error), outcomes[0]
    assert outcomes[0].message
    assert outcomes[1:] == [0, 1, 2]
    assert (await run(HARMLESS, {"x": 1}, group="attacker")).value == HARMLESS_RESULT


TAMPERING = {
    "JSON": "JSON.stringify = () => '\"forged\"'; JSON.parse = () => ({forged: 1})",
    "Promise": "Promise.prototype.then = () => { throw 1 }; globalThis.Promise = class {}; Promise.resolve = () => ({})",
    "toJSON": "Object.prototype.toJSON = () => 'forged'; String.prototype.toJSON = () => 'forged'",
    "then": "Object.defineProperty(Object.prototype, 'then', {get() { return undefined }, configurable: true})",
    "arrays": "Array.prototype.map = Array.prototype.push = Array.prototype.join = () => 'forged'; Array.prototype[Symbol.iterator] = null",
    "strings": "String.prototype.slice = String.prototype.toString = () => 'forged'; globalThis.String = () => 'forged'",
    "maps": "Map.prototype.get = Map.prototype.forEach = () => { throw 1 }; Object.defineProperty(Map.prototype, 'size', {get: () => 9})",
    "globals": "for (const name of Object.getOwnPropertyNames(globalThis)) try { globalThis[name] = 'forged' } catch {}",
    "the door": "try { $sandbox.take = 1 } catch {} delete globalThis.$sandbox; (0, eval)('try { $sandbox.define(1) } catch {}')",
    "functions": "Function.prototype.call = Function.prototype.apply = () => 'forged'; Reflect.apply = () => 'forged'",
    "stack": "Error.prepareStackTrace = () => { throw 1 }; Error.stackTraceLimit = 1e9",
    "prototype": "Object.prototype.polluted = 1; ({}).constructor.prototype.x = 2; Object.setPrototypeOf(Object.prototype.valueOf, null)",
    "symbols": "Object.prototype[Symbol.for('shared')] = 1; Symbol.for('shared').description",
}


@pytest.mark.parametrize("name", TAMPERING)
async def test_tampering_ends_with_the_step(run: Run, name: str) -> None:
    await run(step(f"{TAMPERING[name]}; return 1"))
    left = "typeof polluted + typeof ({})[Symbol.for('shared')]"
    assert (await run(step(f"return [JSON.stringify(inputs), {left}, (await Promise.all([1, 2])).map(String)]"), {"x": 1})).value == [
        '{"x":1}',
        "undefinedundefined",
        ["1", "2"],
    ]


@pytest.mark.parametrize("name", ["JSON", "Promise", "arrays", "strings", "maps", "globals", "the door", "functions"])
async def test_tampering_does_not_reach_the_result(run: Run, name: str) -> None:
    assert (await run(step(f"{TAMPERING[name]}; return {{answer: 42}}"))).value == {"answer": 42}


async def test_the_door_gives_nothing_away(run: Run) -> None:
    """A step that calls the door itself only deceives itself, and its answer is still one answer."""
    assert (await run("$sandbox.run('1', 9, 9);\nexport const code = () => 2")).value == 2
    assert (await run("export const code = () => { $sandbox.tick(); return $sandbox.take().length > 0 }")).value is True


async def test_breaking_out_of_the_wrapper_is_a_syntax_error_or_stays_inside(pool: SandboxPool) -> None:
    with pytest.raises(CodeFailed):
        await pool.compile("}); globalThis.x = 1; (function () {")
    script = "$sandbox.define(function (exports) { exports.code = () => typeof x }); globalThis.x = 1; ({ok: true})"
    assert (await pool.run_code(script, None, language=Language.JAVASCRIPT, group="a")).value == "number"
    assert (await pool.evaluate(["typeof x"], {}, group="a"))[0].value == "undefined"


@pytest.mark.parametrize(
    "script", ["", "({})", "'text'", "$sandbox.define('not a function')", "throw 'x'", "throw new Error('x')", "const = 1"]
)
async def test_a_script_that_compile_did_not_make_fails_cleanly(pool: SandboxPool, script: str) -> None:
    for _ in range(3):
        with pytest.raises(CodeFailed):
            await pool.run_code(script, None, language=Language.JAVASCRIPT, group="a")
    assert pool.stats()["restarts"] == 0


async def test_there_is_nothing_to_reach(run: Run) -> None:
    names = "process require module global Deno Bun fetch XMLHttpRequest WebAssembly SharedArrayBuffer Atomics Worker python __import__ os"
    result = await run(
        step(
            f"""const self = inputs.constructor.constructor('return this')();
            return '{names}'.split(' ').filter((name) => name in self && self[name] !== undefined)"""
        ),
        {},
    )
    assert result.value == []


async def test_dynamic_import_loads_nothing(run: Run) -> None:
    for name in ("fs", "file:///etc/passwd", "data:text/javascript,1"):
        with pytest.raises(CodeFailed):
            await run(step(f"return await (0, eval)('import(\"{name}\")')"))


async def test_a_neighbour_s_secret_is_out_of_reach(run: Run) -> None:
    await run("globalThis.secret = 1; export const code = (inputs) => { globalThis.kept = inputs.secret; return 1 }", {"secret": "s3cret"})
    found = await run(step("return Object.getOwnPropertyNames(globalThis).filter((name) => name === 'kept' || name === 'secret')"))
    assert found.value == []
