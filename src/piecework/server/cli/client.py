"""The REST API as commands use it: a signed-in client whose errors say what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from piecework.server.cli.failure import CommandFailed

if TYPE_CHECKING:
    import httpx

DEFAULT_URL = "http://localhost:8080"
TIMEOUT_SECONDS = 60.0


class Client:
    """A server's API. ``project_id`` is the project that commands act in."""

    def __init__(self, url: str) -> None:
        import httpx

        self.url = url.rstrip("/")
        self.project_id = ""
        try:
            self._http = httpx.Client(base_url=f"{self.url}/api/v1", timeout=TIMEOUT_SECONDS, trust_env=False)
        except httpx.InvalidURL as error:
            raise CommandFailed(f"{url} is not a URL: {error}") from None

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def token(self) -> str:
        """The bearer token, empty before signing in."""
        return str(self._http.headers.get("authorization", "")).removeprefix("Bearer ")

    @token.setter
    def token(self, token: str) -> None:
        self._http.headers["authorization"] = f"Bearer {token}"

    def sign_in(self, email: str, password: str) -> None:
        """Sign in and take the project that the account starts in."""
        self.take_session(self.request("POST", "/authentication/sign-in", {"email": email, "password": password}))

    def take_session(self, session: Mapping[str, Any]) -> None:
        """Use the answer of signing in or up."""
        self.token = session["token"]
        self.project_id = session["projectId"] or ""

    def request(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """The JSON of an answer below 300. Raises CommandFailed for every other, and for none."""
        from piecework.spec import jsons

        response = self.send(method, path, body, **params)
        if response.status_code >= 300:
            raise CommandFailed(f"{method} {path}: {explain(response)}")
        return jsons.loads(response.content) if response.content else None

    def send(self, method: str, path: str, body: Any = None, **params: Any) -> httpx.Response:
        """Any answer. Raises CommandFailed if there is none. A flow of a thousand steps is JSON of a thousand levels, too deep for httpx's own."""
        import httpx

        from piecework.spec import jsons

        content = None if body is None else jsons.dumps(body)
        headers = None if body is None else {"content-type": "application/json"}
        try:
            return self._http.request(method, path, content=content, headers=headers, params=params or None)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise CommandFailed(f"No answer from {self.url}: {error or type(error).__name__}. Is the server running?") from None


def explain(response: httpx.Response) -> str:
    """An error answer in words: the code, the message and the status."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return f"status {response.status_code}"
    params = body.get("params") or {}
    message = body.get("message") or (params.get("message") if isinstance(params, dict) else None) or ""
    told = ": ".join(filter(None, [str(body.get("code") or ""), str(message)])) or response.text[:500]
    return f"{told} (status {response.status_code})"


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that name the server and the account; the command gets ``client``, signed in, closed afterwards."""

    @click.option("--url", envvar="PIECEWORK_URL", default=DEFAULT_URL, show_default=True, help="The server; PIECEWORK_URL otherwise.")
    @click.option("--email", envvar="PIECEWORK_EMAIL", help="The account; PIECEWORK_EMAIL otherwise.")
    @click.option(
        "--password", envvar="PIECEWORK_PASSWORD", help="Its password; PIECEWORK_PASSWORD otherwise (better: others cannot see it)."
    )
    @click.option("--token", envvar="PIECEWORK_TOKEN", help="A bearer token or API key in place of them; PIECEWORK_TOKEN otherwise.")
    @click.option("--project", envvar="PIECEWORK_PROJECT", help="The project's id; PIECEWORK_PROJECT otherwise, else the account's own.")
    @wraps(command)
    def with_client(*args: Any, url: str, email: str, password: str, token: str, project: str, **kwargs: Any) -> Any:
        with connect(url, email, password, token, project) as client:
            return command(*args, client=client, **kwargs)

    return with_client


def connect(url: str, email: str | None, password: str | None, token: str | None, project: str | None) -> Client:
    """A client that is signed in. Raises UsageError if the account is not named."""
    if not token and not (email and password):
        raise click.UsageError("Who are you? Give --email and --password, or --token.")
    with ExitStack() as stack:
        client = stack.enter_context(Client(url))
        if token:
            client.token = token
            client.project_id = project or _first_project(client)
        else:
            client.sign_in(str(email), str(password))
        client.project_id = project or client.project_id
        if not client.project_id:
            raise CommandFailed("The account has no project: name one with --project")
        stack.pop_all()
    return client


def _first_project(client: Client) -> str:
    projects = client.request("GET", "/projects")["data"]
    return projects[0]["id"] if projects else ""


def import_flow(client: Client, request: Mapping[str, Any], *, publish: bool, name: str | None = None) -> dict[str, Any]:
    """Create a flow in the client's project from an IMPORT_FLOW request and publish it if asked. A flow that cannot be imported is not left
    behind. Returns the flow."""
    display_name = name or request["displayName"]
    flow = client.request("POST", "/flows", {"displayName": display_name, "projectId": client.project_id})
    path = f"/flows/{flow['id']}"
    try:
        flow = client.request("POST", path, {"type": "IMPORT_FLOW", "request": {**request, "displayName": display_name}})
    except CommandFailed:
        client.send("DELETE", path)
        raise
    if publish:
        flow = client.request("POST", path, {"type": "LOCK_AND_PUBLISH", "request": {"status": "ENABLED"}})
    return flow
