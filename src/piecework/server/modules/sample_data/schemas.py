"""What travels about sample data."""

from typing import Literal

from piecework.server.kernel.http import IdText, PlainText, Query


class SampleDataQuery(Query):
    """Whose sample is asked for."""

    project_id: IdText
    flow_id: IdText
    flow_version_id: IdText
    step_name: PlainText
    type: Literal["INPUT", "OUTPUT"] = "OUTPUT"
