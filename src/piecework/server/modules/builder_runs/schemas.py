"""Requests of the builder (spec/api.md §3.2)."""

from piecework.server.kernel.http import Body, IdText, PlainText


class StepTestBody(Body):
    """Which step to run."""

    project_id: IdText
    flow_version_id: IdText
    step_name: PlainText
