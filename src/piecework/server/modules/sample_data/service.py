"""What can be read of sample data. They are written by the flow operation SAVE_SAMPLE_DATA."""

from typing import Any

from piecework.engine.tree import walk
from piecework.server.kernel.errors import ApError
from piecework.server.modules.files.service import FileService
from piecework.server.modules.flows.schemas import StoredVersion
from piecework.spec.jsons import InvalidJson, loads
from piecework.spec.operations import SampleDataType

_FIELDS = {SampleDataType.INPUT: "sampleDataInputFileId", SampleDataType.OUTPUT: "sampleDataFileId"}


class SampleDataService:
    """Reads the samples of flow versions."""

    def __init__(self, files: FileService) -> None:
        self._files = files

    async def get(self, version: StoredVersion, step_name: str, kind: SampleDataType) -> Any:
        """Returns a step's sample; `{}` when it has none (recordings/misc.json)."""
        steps = (step for step in walk(version.trigger) if step["name"] == step_name)
        step = next(steps, None)
        found, value = await self._read(version, step, kind) if step is not None else (False, None)
        return value if found else {}

    async def samples(self, version: StoredVersion) -> dict[str, Any]:
        """Returns the sample outputs of all steps that have one, by step name."""
        outputs: dict[str, Any] = {}
        for step in walk(version.trigger):
            found, value = await self._read(version, step, SampleDataType.OUTPUT)
            if found:
                outputs[step["name"]] = value
        return outputs

    async def _read(self, version: StoredVersion, step: dict[str, Any], kind: SampleDataType) -> tuple[bool, Any]:
        """Whether there is a sample, and which. One whose file is gone is none."""
        file_id = (step["settings"].get("sampleData") or {}).get(_FIELDS[kind])
        if not isinstance(file_id, str):
            return False, None
        try:
            file = await self._files.read(file_id, version.project_id)
            return True, loads(file.data)
        except (ApError, InvalidJson):
            return False, None
