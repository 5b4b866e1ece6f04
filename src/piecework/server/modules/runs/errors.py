"""What the runs API refuses."""

from piecework.server.kernel.errors import ApError, ErrorCode, entity_not_found, invalid


def run_not_found(run_id: str) -> ApError:
    """The 404 for a run that does not exist."""
    return entity_not_found("flow_run", run_id)


def run_not_finished(run_id: str, status: str) -> ApError:
    """The 409 for a retry of a run that still moves."""
    return invalid(f"The run {run_id} is {status}: only a run that has ended can be retried")


def too_many_intervals(most: int) -> ApError:
    """The 409 for statistics by intervals that are too short for the span."""
    return invalid(f"interval: the span from createdAfter to createdBefore has more than {most:,} of them; take longer ones")


def outside_retention(run_id: str) -> ApError:
    """The 410 for a retry of a run whose log retention has removed."""
    return ApError(ErrorCode.FLOW_RUN_RETRY_OUTSIDE_RETENTION, {"flowRunId": run_id})


def outputs_left_out(run_id: str) -> ApError:
    """The 409 for going on in a run whose log was too large: the outputs of its steps were not kept."""
    return invalid(
        f"The run {run_id} kept more data than is allowed, and its outputs are gone: retry it with the strategy ON_LATEST_VERSION"
    )
