"""A real OAuth2 authorization server (Authlib) in a thread of the tests, with a service behind it that repeats what it is sent."""

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlencode

import uvicorn
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # it listens on this machine alone


class Code(dict[str, Any]):
    """An authorization code that was given out."""

    def get_redirect_uri(self) -> str:
        return self["redirect_uri"]

    def get_scope(self) -> str:
        return self["scope"]

    @property
    def code_challenge(self) -> str:
        return self["code_challenge"]

    @property
    def code_challenge_method(self) -> str:
        return self["code_challenge_method"]


class Grant(dict[str, Any]):
    """A refresh token's record."""

    def check_client(self, client: "Application") -> bool:
        return self["client_id"] == client.client_id

    def get_scope(self) -> str:
        return self["scope"]

    def get_expires_in(self) -> int:
        return 3600

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return self["revoked"]


@dataclass
class Application:
    """A client of the server."""

    client_id: str
    client_secret: str

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return ""

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.startswith("http")

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(self.client_secret, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return True


@dataclass
class Service:
    """What the tests see and turn: `lifetime` in seconds of the tokens (0: due at once), `outage` answers 503 to token requests, `isolated` asks for
    consent on a page that cuts itself off from the window that opened it."""

    url: str = ""
    application: Application = field(default_factory=lambda: Application("acme-app", f"client-secret-{secrets.token_hex(12)}"))
    lifetime: int = 3600
    outage: bool = False
    isolated: bool = False
    codes: dict[str, Code] = field(default_factory=dict)
    refresh_tokens: dict[str, Grant] = field(default_factory=dict)
    access_tokens: list[str] = field(default_factory=list)
    token_requests: list[dict[str, str]] = field(default_factory=list)
    sessions: int = 0

    def requests_for(self, grant_type: str) -> list[dict[str, str]]:
        return [request for request in self.token_requests if request.get("grant_type") == grant_type]

    def revoke_everything(self) -> None:
        for grant in self.refresh_tokens.values():
            grant["revoked"] = True


class _Server(AuthorizationServer):
    def __init__(self, service: Service) -> None:
        super().__init__()
        self.service = service
        self.register_token_generator("default", BearerTokenGenerator(
            lambda **_: f"access-{secrets.token_hex(16)}", lambda **_: f"refresh-{secrets.token_hex(16)}", lambda *_: service.lifetime
        ))  # fmt: skip
        self.register_grant(_code_grant(service), [CodeChallenge(required=True)])
        self.register_grant(_refresh_grant(service))
        self.register_grant(grants.ClientCredentialsGrant)

    def generate_token(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().generate_token(*args, **kwargs), "expires_in": self.service.lifetime}  # 0 too: due at once

    def query_client(self, client_id: str) -> Application | None:
        return self.service.application if client_id == self.service.application.client_id else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        self.service.access_tokens.append(token["access_token"])
        if "refresh_token" in token:
            record = Grant(client_id=request.client.client_id, scope=token.get("scope", ""), revoked=False)
            self.service.refresh_tokens[token["refresh_token"]] = record

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        pass

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        headers = dict(headers)
        return JSONResponse(body, status, headers) if isinstance(body, dict) else Response(body or "", status, headers)


def _code_grant(service: Service) -> type[grants.AuthorizationCodeGrant]:
    class CodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # noqa: RUF012

        def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
            data = request.payload.data
            names = ("redirect_uri", "code_challenge", "code_challenge_method")
            service.codes[code] = Code(scope=data.get("scope", ""), **{name: data.get(name, "") for name in names})

        def query_authorization_code(self, code: str, client: Application) -> Code | None:
            return service.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            service.codes = {code: known for code, known in service.codes.items() if known is not authorization_code}

        def authenticate_user(self, authorization_code: Code) -> str:
            return "ada"

    return CodeGrant


def _refresh_grant(service: Service) -> type[grants.RefreshTokenGrant]:
    class RefreshGrant(grants.RefreshTokenGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # noqa: RUF012
        INCLUDE_NEW_REFRESH_TOKEN = True

        def authenticate_refresh_token(self, refresh_token: str) -> Grant | None:
            grant = service.refresh_tokens.get(refresh_token)
            return grant if grant is not None and not grant.is_revoked() else None

        def authenticate_user(self, refresh_token: Grant) -> str:
            return "ada"

        def revoke_old_credential(self, refresh_token: Grant) -> None:
            refresh_token["revoked"] = True

    return RefreshGrant


def _application(service: Service) -> Starlette:
    server = _Server(service)

    async def request_of(request: Request) -> OAuth2Request:
        made = OAuth2Request(request.method, str(request.url), headers={name.title(): value for name, value in request.headers.items()})
        form = {name: str(value) for name, value in (await request.form()).items()} if request.method == "POST" else {}
        made.payload = BasicOAuth2Payload({**request.query_params, **form})
        type(made).form = property(lambda self: self.payload.data)
        type(made).args = property(lambda self: self.payload.data)
        return made

    async def authorize(request: Request) -> Response:
        """Everybody gives consent here, with a click if the page is isolated."""
        if service.isolated and "agreed" not in request.query_params:
            return HTMLResponse(
                f'<a href="{escape(str(request.url.include_query_params(agreed=1)))}">Agree</a>',
                headers={"cross-origin-opener-policy": "same-origin"},
            )
        made = await request_of(request)
        grant = await run_in_threadpool(server.get_consent_grant, made, "ada")
        return server.create_authorization_response(made, grant_user="ada", grant=grant)

    async def token(request: Request) -> Response:
        made = await request_of(request)
        service.token_requests.append(dict(made.payload.data))
        return JSONResponse({"error": "temporarily_unavailable"}, 503) if service.outage else server.create_token_response(made)

    async def session(request: Request) -> Response:
        key = (await request.json())["key"]
        if key.startswith("wrong"):
            return JSONResponse({"error": f"unknown key {key}"}, 401)
        service.sessions += 1
        return JSONResponse({"session": f"session-of-{key}"})

    async def echo(request: Request) -> Response:
        sent = {"headers": dict(request.headers), "body": (await request.body()).decode(), "url": str(request.url)}
        status = int(float(request.query_params.get("status", "200")))
        return JSONResponse(sent, status, {"x-echo": urlencode({"key": request.headers.get("x-api-key", "")})})

    async def away(request: Request) -> Response:
        return RedirectResponse("/echo")

    return Starlette(routes=[
        Route("/authorize", authorize), Route("/token", token, methods=["POST"]), Route("/session", session, methods=["POST"]),
        Route("/echo", echo, methods=["GET", "POST"]), Route("/away", away),
    ])  # fmt: skip


@contextmanager
def authorization_server() -> Iterator[Service]:
    """Runs the server on a free port of this machine."""
    service = Service()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    service.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(_application(service), log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield service
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
