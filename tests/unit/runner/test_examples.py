"""Every flow of `examples/` runs in this process as its expectation says, and is an export as another server would read it."""

from collections.abc import Iterator

import pytest
from tests.examples import EXAMPLES, FOLDER, Example, differences, running_api, step_differences

from piecework import run_flow
from piecework.engine.template import parse_template, pieces_used


@pytest.fixture
def api() -> Iterator[str]:
    """The URL of the API that flows call."""
    with running_api() as url:
        yield url


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_runs_as_it_says(example: Example, api: str) -> None:
    expected = example.expectation(api)
    result = run_flow(example.path, expected["payload"])
    assert list(step_differences(expected["steps"], result.steps)) == []
    assert result.status == expected["status"]
    assert (result.response is None) is (expected["response"] is None)
    if result.response is not None:
        assert list(differences(expected["response"], result.response._asdict())) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_is_a_template(example: Example) -> None:
    document = example.document
    assert document["type"] == "SHARED"
    (flow,) = parse_template(document)
    assert document["pieces"] == pieces_used(flow.request["trigger"])
    assert document["flows"][0]["valid"]


def test_the_table_of_the_examples_has_all_of_them() -> None:
    table = (FOLDER / "README.md").read_text()
    assert [str(example) for example in EXAMPLES if f"[{example}]({example}.json)" not in table] == []
    assert len(EXAMPLES) >= 7
