"""JavaScript expressions of templates (spec/engine.md §1)."""

import pytest

from piecework.sandbox.errors import MemoryLimitExceeded, SandboxError, TimeLimitExceeded
from piecework.sandbox.javascript import Answer
from piecework.sandbox.pool import SandboxPool

SCOPE = {"step_1": {"a": 1, "list": [{"b": 1}, {"b": [2, 3]}, {"c": 4}]}, "trigger": {"body": {"name": "x"}}}


async def evaluate(pool: SandboxPool, *expressions: str) -> list[Answer]:
    return await pool.evaluate(expressions, SCOPE, group="project")


async def test_values(pool: SandboxPool) -> None:
    answers = await evaluate(
        pool,
        "step_1.a + 1",
        "trigger.body.name.toUpperCase()",
        "{a: step_1.a}",
        "[1, 2].map(x => x * 2) // doubled",
        "null",
        "new Date(0)",
        "typeof step_2",
    )
    assert [answer.value for answer in answers] == [2, "X", {"a": 1}, [2, 4], None, "1970-01-01T00:00:00.000Z", "undefined"]
    assert all(answer.ok and not answer.error for answer in answers)


async def test_what_has_no_value_is_not_ok(pool: SandboxPool) -> None:
    answers = await evaluate(pool, "undefined", "step_2.x", "", "1 +", "throw 1", "10n", "() => 1", "(() => { throw {} })()", "step_1.a")
    assert [answer.ok for answer in answers] == [False] * 8 + [True]
    assert answers[1].error == "ReferenceError: step_2 is not defined"
    assert answers[0] == Answer(False, None, "")


async def test_flatten_nested_keys(pool: SandboxPool) -> None:
    answers = await evaluate(
        pool,
        "flattenNestedKeys(step_1, ['list', 'b'])",
        "flattenNestedKeys(step_1.list, ['b'])",
        "flattenNestedKeys(step_1, ['missing'])",
        "flattenNestedKeys(step_1, ['a'])",
        "flattenNestedKeys([1, [2]], [])",
        "flattenNestedKeys({a: 1}, [])",
    )
    assert [answer.value for answer in answers] == [[1, 2, 3], [1, 2, 3], [], [1], [1, 2], []]


async def test_none_need_no_child(pool: SandboxPool) -> None:
    assert await evaluate(pool) == []


async def test_nothing_stays_for_the_next_evaluation(pool: SandboxPool) -> None:
    await evaluate(pool, "(globalThis.left = 1, Object.prototype.left = 2)")
    answers = await evaluate(pool, "typeof left", "({}).left")
    assert answers == [Answer(True, "undefined", ""), Answer(False, None, "")]


@pytest.mark.parametrize(
    ("expression", "error"),
    [("(() => { while (true); })()", TimeLimitExceeded), ("(() => { const a = []; while (true) a.push({}) })()", MemoryLimitExceeded)],
)
async def test_exceeding_a_limit_raises(pool: SandboxPool, expression: str, error: type[SandboxError]) -> None:
    with pytest.raises(error):
        await evaluate(pool, expression)
    assert (await evaluate(pool, "step_1.a"))[0].value == 1
