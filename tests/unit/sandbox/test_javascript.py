"""What a JavaScript or TypeScript code step can do and what it gets back (spec/engine.md §7)."""

import uuid
from typing import Any

import pytest

from piecework.sandbox.errors import CodeFailed, CodeSyntaxError
from piecework.sandbox.pool import SandboxPool

from .conftest import Run


@pytest.mark.parametrize(
    "source",
    [
        "export const code = async (inputs) => inputs.x + 1",
        "export const code = (inputs) => inputs.x + 1",
        "export async function code(inputs) { return inputs.x + 1 }",
        "async function code(inputs) { return inputs.x + 1 }\nexport { code }",
        "exports.code = async (inputs) => inputs.x + 1",
        "module.exports.code = function (inputs) { return inputs.x + 1 }",
        "module.exports = { code: (inputs) => inputs.x + 1 }",
        "enum Add { One = 1 }\ninterface In { x: number }\nexport const code = async (inputs: In): Promise<number> => inputs.x + Add.One",
        "const add = <T extends number>(a: T, b: T) => (a as number) + b!;\nexport const code = (inputs: any) => add(inputs.x, 1)",
    ],
)
async def test_entry(run: Run, source: str) -> None:
    assert (await run(source, {"x": 41})).value == 42


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("undefined", None),
        ("null", None),
        ("() => 1", None),
        ("({a: undefined, f() {}, d: new Date(0), n: NaN, m: new Map([[1, 2]])})", {"d": "1970-01-01T00:00:00.000Z", "n": None, "m": {}}),
        ("({toJSON: () => ({own: 1})})", {"own": 1}),
        ("['é', '😀', '\\u2028', '\\ud800']", ["é", "😀", "\u2028", "�"]),
        ("2 ** 53", 2**53),
        ("new Array(3)", [None, None, None]),
    ],
)
async def test_results_are_what_json_stringify_makes(run: Run, expression: str, value: Any) -> None:
    assert (await run(f"export const code = () => {expression}")).value == value


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("10n", "BigInt"),
        ("{ const a = {}; a.a = a; return a }", "circular"),
        ("{ let a = 1; for (let i = 0; i < 3000; i++) a = [a]; return a }", "nested too deeply"),
    ],
)
async def test_what_json_cannot_express_is_named(run: Run, expression: str, says: str) -> None:
    with pytest.raises(CodeFailed, match=f"The result cannot be expressed as JSON: .*{says}"):
        await run(f"export const code = () => {expression}")


async def test_inputs_arrive_as_they_are(run: Run) -> None:
    inputs = {"text": '"\\\n\u2028`${x}`', "__proto__": {"polluted": 1}, "list": [1, 2.5, None, True], "emoji": "😀", "deep": nested(400)}
    assert (await run("export const code = (inputs) => inputs", inputs)).value == inputs


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


async def test_megabytes_go_through(run: Run) -> None:
    text = "é" * 200_000
    assert (await run("export const code = ({text}) => text.length", {"text": text})).value == 200_000
    assert (await run("export const code = ({text}) => text", {"text": text})).value == text


async def test_an_error_gives_the_stack_of_the_step(run: Run) -> None:
    with pytest.raises(CodeFailed) as failure:
        await run("const inner = () => { throw new TypeError('boom') };\nexport const code = async () => {\n  inner();\n}")
    error = failure.value
    assert (error.message, error.name) == ("boom", "TypeError")
    lines = error.stack.splitlines()
    assert lines[0] == "TypeError: boom"
    assert lines[1].startswith("    at inner (step:1:")
    assert lines[2].startswith("    at Object.code (step:3:")
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("thrown", "message"),
    [
        ("'text'", "text"),
        ("null", "null"),
        ("undefined", "undefined"),
        ("{message: 'm', name: 'N'}", "m"),
        ("{get message() { throw 1 }}", "the code threw a value that cannot be described"),
        ("new Proxy({}, {get() { throw 1 }, has() { throw 2 }})", "the code threw a value that cannot be described"),
        ("Object.assign(new Error('e'), {stack: {toString() { throw 1 }}})", "the code threw a value that cannot be described"),
        ("Symbol('s')", "Symbol(s)"),
    ],
)
async def test_anything_can_be_thrown(run: Run, thrown: str, message: str) -> None:
    with pytest.raises(CodeFailed) as failure:
        await run(f"export const code = () => {{ throw {thrown} }}")
    assert failure.value.message == message


async def test_console_is_captured_and_cut(run: Run) -> None:
    result = await run(
        "export const code = () => { console.log('a', 1, {b: [2]}, null, undefined, 3n); console.error(new Error('e').message) }"
    )
    assert result.stdout == 'a 1 {"b":[2]} null undefined 3n\ne\n'
    flood = await run("export const code = () => { for (let i = 0; i < 100000; i++) console.log('line ' + i); return 'done' }")
    assert flood.value == "done"
    assert len(flood.stdout) < 1100
    assert flood.stdout.endswith("[output cut]\n")


async def test_what_was_printed_comes_with_the_error(run: Run) -> None:
    with pytest.raises(CodeFailed) as failure:
        await run("export const code = () => { console.log('before'); throw new Error('boom') }")
    assert failure.value.stdout == "before\n"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("new URL('/b?c=1#d', 'https://user@example.com:8443/a').href", "https://user@example.com:8443/b?c=1#d"),
        ("[...new URLSearchParams('a=1&b=%20x')].join(';')", "a,1;b, x"),
        ("new TextDecoder().decode(new TextEncoder().encode('é😀'))", "é😀"),
        ("atob(btoa('hello'))", "hello"),
        ("structuredClone({d: new Date(0), m: new Map([[1, {}]])}).m.get(1)", {}),
        ("(1234567.8).toLocaleString('de')", "1.234.567,8"),
        ("new Date(0).toLocaleString('en-US', {timeZone: 'America/New_York'})", "12/31/1969, 7:00:00 PM"),
        ("crypto.getRandomValues(new Uint8Array(8)).length", 8),
        ("typeof Math.random() + typeof Date.now()", "numbernumber"),
    ],
)
async def test_pure_web_apis_are_there(run: Run, expression: str, value: Any) -> None:
    assert (await run(f"export const code = () => {expression}")).value == value


async def test_random_numbers_differ_between_children(run: Run) -> None:
    source = "export const code = () => [crypto.randomUUID(), Math.random()]"
    results = [(await run(source, group=f"project {index}")).value for index in range(3)]
    assert len({str(result) for result in results}) == 3
    assert all(uuid.UUID(result[0]).version == 4 for result in results)


async def test_timers_run_in_order(run: Run) -> None:
    source = """
        const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
        export const code = async () => {
            const seen = [];
            setTimeout((text) => seen.push(text), 20, 'late');
            setTimeout(() => seen.push('soon'), 1);
            const cancelled = setTimeout(() => seen.push('never'), 2);
            clearTimeout(cancelled);
            queueMicrotask(() => seen.push('micro'));
            const tick = setInterval(() => { seen.push('tick'); clearInterval(tick) }, 5);
            await sleep(40);
            return seen;
        }"""
    assert (await run(source)).value == ["micro", "soon", "tick", "late"]


@pytest.mark.parametrize("schedule", ["setTimeout", "queueMicrotask"])
async def test_an_error_in_a_callback_fails_the_step(run: Run, schedule: str) -> None:
    with pytest.raises(CodeFailed, match="boom"):
        await run(f"export const code = () => new Promise(() => {schedule}(() => {{ throw new Error('boom') }}))")


async def test_a_promise_that_nothing_can_settle(run: Run) -> None:
    with pytest.raises(CodeFailed, match="the code's promise never settled"):
        await run("export const code = () => new Promise(() => {})")


@pytest.mark.parametrize("source", ["import axios from 'axios';\nexport const code = () => axios", "exports.code = () => require('axios')"])
async def test_packages_are_refused_by_name(run: Run, source: str) -> None:
    with pytest.raises(CodeFailed, match='Cannot import "axios": npm packages are not available in the sandbox'):
        await run(source)


async def test_a_step_without_code_says_so(run: Run) -> None:
    with pytest.raises(CodeFailed, match="must export a function named code"):
        await run("export const other = 1")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("export const code = = 1", 1),
        ("\n\nlet text = 'x' 'y';", 3),
        ("a\n}\n", 2),
        ("\n\nexport const code = () => {\n  let 1x;\n}", 3),  # the compiler tells where the function begins that it cannot read
        ("\nexport const code = () => {\n  const a = 1; const a = 2;\n}", 3),
        ("\nawait 1;", 2),
    ],
)
async def test_syntax_errors_name_the_line(pool: SandboxPool, source: str, line: int) -> None:
    with pytest.raises(CodeSyntaxError) as failure:
        await pool.compile(source)
    assert failure.value.line == line
    assert "step" not in failure.value.message


async def test_compiling_runs_nothing(pool: SandboxPool) -> None:
    script = await pool.compile("while (true) {}\nexport const code = () => 1")
    assert "while (true)" in script
