"""The API's page at ``/api/v1/docs``: Swagger UI out of the package ``fastapi-offline``, so that it works without the internet."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import FileResponse, HTMLResponse, Response

_ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon.png": "image/png"}


def add_docs(api: FastAPI) -> None:
    """Add the page and its assets, which the OpenAPI document does not list. Its addresses are relative: it stands wherever the API does."""
    spec = find_spec("fastapi_offline")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "static"

    @api.get("/docs", include_in_schema=False)
    async def page() -> HTMLResponse:  # pyright: ignore[reportUnusedFunction] - the decorator registers it
        return get_swagger_ui_html(
            openapi_url="openapi.json",
            title="Piecework API",
            swagger_js_url="docs/assets/swagger-ui-bundle.js",
            swagger_css_url="docs/assets/swagger-ui.css",
            swagger_favicon_url="docs/assets/favicon.png",
        )

    @api.get("/docs/assets/{name}", include_in_schema=False)
    async def asset(name: str) -> Response:  # pyright: ignore[reportUnusedFunction] - the decorator registers it
        if name not in _ASSETS:
            return Response(status_code=404)
        return FileResponse(folder / name, media_type=_ASSETS[name], headers={"cache-control": "public, max-age=86400"})
