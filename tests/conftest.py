"""For all tests: nothing is judged by the clock or by chance, and lines left with ``record_property("summary", line)`` are printed at the end."""

import pytest
from hypothesis import HealthCheck, settings

# A property holds or it does not: how long a busy machine takes over an example says nothing about it.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples each time: whoever changes something else does not meet what chance finds. `make explore` looks for more.
settings.register_profile("gate", settings.get_profile("explore"), derandomize=True)
settings.load_profile("gate")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the lines, whichever process ran their tests."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    lines = [value for report in reports for name, value in report.user_properties if name == "summary" and report.when == "call"]
    if lines:
        terminalreporter.section("counted")
        for line in sorted(lines):
            terminalreporter.write_line(line)
