"""How an endpoint gets the service that it calls: by its type, from the container that bootstrap built."""

from typing import Any

from fastapi import Depends, Request


def Provided(service: type[Any]) -> Any:  # noqa: N802 - reads like Depends, beside which it stands
    """Returns the dependency for `Annotated[FolderService, Provided(FolderService)]`."""

    async def provide(request: Request) -> Any:
        return request.app.state.services[service]

    return Depends(provide)
