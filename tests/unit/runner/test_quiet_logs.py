"""Who logs what while a flow runs inside a program."""

import pytest
import structlog

from piecework.runner.quiet_logs import quiet_logs

LOG = structlog.get_logger("test")


@pytest.fixture(autouse=True)
def unconfigured() -> None:
    """Other tests capture logs, which counts as configuring."""
    structlog.reset_defaults()


def test_warnings_go_to_stderr_and_the_rest_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    with quiet_logs():
        LOG.info("chatter")
        LOG.warning("look here")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "look here" in captured.err
    assert "chatter" not in captured.err
    assert not structlog.is_configured()


def test_a_program_s_own_logging_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    try:
        with quiet_logs():
            LOG.info("mine")
        assert "mine" in capsys.readouterr().out
        assert structlog.is_configured()
    finally:
        structlog.reset_defaults()
