from pathlib import Path

import pytest

from piecework.sdk.recording import RecordedHttp, RecordingHttp
from piecework.sdk.testing import Reply, ScriptedHttp

TASKS = "https://api.example/tasks"


async def test_what_was_recorded_is_played_back(tmp_path: Path) -> None:
    real = RecordingHttp(
        ScriptedHttp(Reply(200, [{"id": 7}], {"link": "next", "date": "today"}), Reply(201, {"token": "hush-1"})), ["hush-1"]
    )
    asked = {"params": {"page": 1}, "headers": {"Authorization": "Bearer hush-1", "Accept": "x"}}
    assert await real.get(TASKS, **asked) == [{"id": 7}]
    await real.post(TASKS, json={"title": "hush-1 and more"})
    real.save(tmp_path / "tasks.json")
    text = (tmp_path / "tasks.json").read_text()
    assert "hush-1" not in text
    assert "today" not in text

    played = RecordedHttp.load(tmp_path / "tasks.json")
    assert await played.post(TASKS, json={"title": "REDACTED and more"}) == {"token": "REDACTED"}
    response = await played.request("GET", TASKS, **asked)
    assert (response.status, response.headers["link"], response.json()) == (200, "next", [{"id": 7}])
    assert played.unused == []


@pytest.mark.parametrize(
    "options",
    [{}, {"params": {"page": 2}}, {"params": {"page": 1}, "json": {}}, {"params": {"page": 1}, "headers": {"Accept": "y"}}],
)
async def test_a_call_that_was_not_recorded_is_refused(options: dict[str, object]) -> None:
    request = {"method": "GET", "url": TASKS, "params": {"page": 1}, "headers": {"accept": "x"}}
    played = RecordedHttp([{"request": request, "response": {"status": 200}}])
    with pytest.raises(AssertionError, match="not recorded"):
        await played.request("GET", TASKS, **options)
    assert (await played.request("GET", TASKS, params={"page": 1}, headers={"Accept": "x", "More": "z"})).content == b""
