"""Which names expressions use, and how they are renamed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piecework.engine.references import reference_problems, references, renaming, rewrite
from piecework.engine.secret_references import connection_ids
from tests.unit.engine import flows
from tests.unit.engine.trees import chain, code, piece, trigger


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("step_1 {{step_1}} step_1", "step_1 {{NEW}} step_1"),
        ("{{ step_1.a + f(step_1['b'], [step_1]) }}", "{{ NEW.a + f(NEW['b'], [NEW]) }}"),
        ("{{step_10.step_1}}{{x.step_1}}{{x?.step_1}}", "{{step_10.step_1}}{{x.step_1}}{{x?.step_1}}"),
        ("""{{'step_1'}}{{"a\\"step_1"}}{{x['step_1']}}""", """{{'step_1'}}{{"a\\"step_1"}}{{x['step_1']}}"""),
        ("{{ {step_1: 2} }}{{ {a: 1, step_1: step_1} }}", "{{ {step_1: 2} }}{{ {a: 1, step_1: NEW} }}"),
        ("{{ {step_1} }}{{ {a, step_1, b} }}{{ [step_1, b] }}", "{{ {step_1: NEW} }}{{ {a, step_1: NEW, b} }}{{ [NEW, b] }}"),
        ("{{ c ? step_1 : step_1.b }}{{ {a: c ? step_1 : 2} }}", "{{ c ? NEW : NEW.b }}{{ {a: c ? NEW : 2} }}"),
        ("{{`a${step_1.x}b step_1 ${ {a: `${step_1}`} }`}}", "{{`a${NEW.x}b step_1 ${ {a: `${NEW}`} }`}}"),
        ("{{ step_1 / 2 / step_1 }}{{ s.replace(/step_1[/]/g, step_1) }}", "{{ NEW / 2 / NEW }}{{ s.replace(/step_1[/]/g, NEW) }}"),
        ("{{ step_1 /* step_1 */ // step_1\n + step_1 }}", "{{ NEW /* step_1 */ // step_1\n + NEW }}"),
        (
            "{{ x.map(step_1 => step_1.a) }}{{ x.map((a, step_1) => step_1) }}",
            "{{ x.map(step_1 => step_1.a) }}{{ x.map((a, step_1) => step_1) }}",
        ),
        ("{{ x.map(function (step_1) { return step_1 }) }}", "{{ x.map(function (step_1) { return step_1 }) }}"),
        ("{{ x.map(a => a[step_1.i]) }}{{...step_1}}", "{{ x.map(a => a[NEW.i]) }}{{...NEW}}"),
        ("{{step_1 and no end", "{{step_1 and no end"),
        ("ap-formula-v1::{ {{step_1}} }::ap-formula-v1", "ap-formula-v1::{ {{step_1}} }::ap-formula-v1"),
        ("{{`unclosed ${step_1", "{{`unclosed ${step_1"),
        ("{{ `unclosed ${step_1 }}{{ 'unclosed step_1 }}", "{{ `unclosed ${NEW }}{{ 'unclosed step_1 }}"),
    ],
)
def test_renaming(before: str, after: str) -> None:
    assert rewrite(before, renaming({"step_1": "NEW"})) == after


def test_accessors() -> None:
    [reference] = references("step_1?.['a'].b[\"c\"]?.d[i]['e']")[:1]
    assert [key for key, _ in reference.accessors] == ["a", "b", "c", "d"]
    assert [key for key, _ in references("step_1[`x${y}`]")[0].accessors] == []


@given(st.text(alphabet="step_1{}`'\"/\\$()[].,:=>? \n*", max_size=40))
def test_any_text_is_read_and_renaming_to_itself_changes_nothing(text: str) -> None:
    assert rewrite(text, lambda reference: (reference.start, reference.end, reference.name)) == text


def test_connection_ids() -> None:
    tree = trigger(
        chain(
            piece("step_1", input={"auth": "{{connections['my-google']}}", "x": ['{{ connections["b"].token }} connections["no"]']}),
            code("step_2", input={"a": "{{connections.slack-1.x}} {{connections['my-google']}} {{my.connections.no}}"}),
        )
    )
    assert connection_ids(tree) == ["my-google", "b", "slack-1"]


def test_references_to_what_runs_at_the_same_time() -> None:
    yes = flows.condition("x", "EXISTS")
    branches = [(yes, flows.chain(flows.piece("a", 1), flows.piece("b", "{{a}}"))), (yes, flows.piece("c", "{{a}}{{r}}"))]

    def problems(**parallel: bool) -> list[tuple[str | None, str]]:
        tree = flows.trigger(
            flows.router("r", branches, first_match=False, **parallel),
            flows.piece("d", "{{a}}{{c}}"),
            flows.loop(
                "l",
                [1, 2],
                flows.piece("e", "{{l.item}}{{l['iterations']}}{{a}}"),
                flows.piece("f", "{{e}}"),
                parallelism=2 if parallel else 1,
            ),
            flows.piece("g", "{{l.iterations}}"),
        )
        return [(problem.step, problem.message) for problem in reference_problems(tree)]

    assert problems() == []
    assert problems(parallel=True) == [
        ("c", "a runs at the same time as this step, in another branch"),
        ("e", "l runs its iterations at the same time: none sees another"),
    ]
