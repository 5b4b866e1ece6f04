"""A piece for the tests of connections, installed as a package of its own: every kind of auth, and a service that repeats what it is sent."""

from typing import Annotated, Any

from piecework.sdk import (
    AccessToken,
    ActionContext,
    AuthCheck,
    BasicAuth,
    BasicAuthValue,
    ById,
    CustomAuth,
    CustomAuthValue,
    HttpFailed,
    Number,
    OAuth2,
    OAuth2Token,
    Piece,
    PieceError,
    SecretText,
    SecretTextAuth,
    SecretTextValue,
    ShortText,
    TriggerContext,
)


async def log_in(check: AuthCheck) -> AccessToken:
    """Exchanges the key for a session."""
    answer = await check.http.request("POST", f"{check.auth['base']}/session", json={"key": check.auth["key"]})
    if answer.status >= 400:
        raise PieceError(f"The key {check.auth['key']} is not accepted")
    return AccessToken(answer.json()["session"], expires_in=600)


def accept(check: AuthCheck) -> str | None:
    """Refuses one secret, and says it: what a careless piece does."""
    return f"{check.auth.secret_text} is not a key" if check.auth.secret_text.startswith("wrong") else None


BASE = ShortText("Base URL", required=True)

piece = Piece(
    "acme",
    display_name="Acme",
    version="1.2.0",
    auth=[
        OAuth2(
            "Acme account",
            authorize_url="{base}/authorize",
            token_url="{base}/token",
            scopes=["read", "write"],
            pkce=True,
            grant_type="both",
            token_parameters={"audience": "acme"},
            extra={"tenant": "main"},
            fields={"base": BASE},
        ),
        SecretTextAuth("API key", validate=accept),
        BasicAuth("Login"),
        CustomAuth("Key", fields={"base": BASE, "key": SecretText("Key", required=True)}, refresh=log_in),
    ],
)


def header_of(auth: Any) -> dict[str, str]:
    """How each kind of connection speaks to the service."""
    match auth:
        case OAuth2Token():
            return auth.headers
        case SecretTextValue():
            return {"x-api-key": auth.secret_text}
        case CustomAuthValue():
            return {"x-session": str(auth.access_token), "x-key": auth["key"]}
        case BasicAuthValue():
            return {"x-user": auth.username, "x-password": auth.password}
        case _:
            return {}


@piece.action(display_name="Call", pure=True)
async def call(
    ctx: ActionContext,
    url: Annotated[str, ShortText("URL")],
    note: Annotated[str, ShortText("Note")] = "",
    status: Annotated[int, Number("Status")] = 200,
) -> Any:
    """Calls the service, which answers with what it was sent."""
    basic = ctx.auth.pair if isinstance(ctx.auth, BasicAuthValue) else None
    answer = await ctx.http.request("POST", url, headers=header_of(ctx.auth), json={"note": note}, params={"status": status}, auth=basic)
    if answer.status >= 400:
        raise HttpFailed(
            "refused", {"response": {"status": answer.status, "body": answer.json(), "headers": dict(answer.headers)}, "request": {}}
        )
    return answer.json()


@piece.action(display_name="Use another connection", pure=True, require_auth=False)
async def borrow(ctx: ActionContext, name: Annotated[str, ShortText("Name")]) -> Any:
    """Gives what a connection holds that the step names at run time."""
    return await ctx.connections.get(name)


@piece.poll(dedupe=ById(lambda item: str(item["id"])), display_name="New item")
async def new_item(ctx: TriggerContext, url: Annotated[str, ShortText("URL")]) -> list[Any]:
    """Items that repeat what they were asked with."""
    answer = await ctx.http.request("POST", url, headers=header_of(ctx.auth), json={})
    return [{"id": 1, "echo": answer.json()}]
