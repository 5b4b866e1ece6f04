"""Code steps on their way into a version: what is new is compiled before the transaction, what does not compile is marked in it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from piecework.engine.edit import Version
from piecework.server.kernel.db import Database
from piecework.server.modules.flows import _repository
from piecework.server.modules.flows.code import Artifact, CompileCode, code_steps, compile_step, source_hash, with_broken_code_marked
from piecework.spec.flow import Step


class CodeKeeper:
    """Compiles sources once and keeps what became of them."""

    def __init__(self, database: Database, compile_code: CompileCode) -> None:
        self._database = database
        self._compile = compile_code

    async def compiled(self, steps: Sequence[Step]) -> list[Artifact]:
        """Returns what becomes of the sources that nobody has compiled yet."""
        by_hash = {source_hash(step): step for step in steps}
        async with self._database.read() as connection:
            known = await _repository.find_scripts(connection, by_hash)
        compiled = [await compile_step(self._compile, step) for key, step in by_hash.items() if key not in known]
        return [artifact for artifact in compiled if artifact is not None]

    async def checked(self, connection: AsyncConnection, artifacts: Sequence[Artifact], contents: Version) -> Version:
        """Keeps artifacts and returns the contents with every code step that does not compile marked as not valid."""
        await _repository.save_artifacts(self._database, connection, artifacts)
        hashes = [source_hash(step) for step in code_steps(contents.trigger)]
        errors = await _repository.find_code_errors(connection, hashes)
        return Version(contents.display_name, with_broken_code_marked(contents.trigger, errors), contents.notes)
