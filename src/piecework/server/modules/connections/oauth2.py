"""OAuth 2.0 with services: the consent page's URL, and requests for tokens (RFC 6749, RFC 7636).

Errors of a service are told without the secrets that were sent to it: some services repeat them.
"""

import hashlib
import secrets
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from piecework.runner.secrets import Secrets
from piecework.sdk import Http, HttpError, OAuth2
from piecework.spec.connection import AuthorizationMethod, GrantType
from piecework.spec.jsons import InvalidJson, loads

TOKEN_SECONDS = 20.0
"""How long a service may take to answer a request for a token."""

_REFUSALS = frozenset({"invalid_grant", "invalid_client", "unauthorized_client"})
"""What a service says of a grant or a client that trying again does not make good (RFC 6749 §5.2)."""
_TOKEN_FIELDS = frozenset({"access_token", "expires_in", "refresh_token", "scope", "token_type"})
_LONGEST_PROBLEM = 300


class TokenRefused(Exception):
    """The service gives no token. ``final``: it will not give one later either."""

    def __init__(self, message: str, *, final: bool) -> None:
        super().__init__(message)
        self.final = final


@dataclass(frozen=True, slots=True)
class Client:
    """An application as the service knows it."""

    id: str
    secret: str = field(repr=False)
    method: AuthorizationMethod = AuthorizationMethod.BODY


def resolved(text: str, props: Mapping[str, Any] | None) -> str:
    """The text with each ``{name}`` replaced by what the connection's fields say."""
    for name, value in (props or {}).items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


@dataclass(frozen=True, slots=True)
class Consent:
    """Where a person gives consent. ``verifier`` is what the claim must carry (RFC 7636), None without PKCE."""

    url: str
    state: str
    verifier: str | None


def consent_page(auth: OAuth2, client_id: str, redirect_url: str, scopes: Sequence[str], props: Mapping[str, Any] | None) -> Consent:
    """Returns the URL of the service's consent page, as the wire's browser builds it."""
    state = secrets.token_urlsafe(24)
    parameters = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_url,
        "access_type": "offline",
        "state": state,
        "prompt": auth.prompt or "consent",
        "scope": resolved(" ".join(scopes), props),
        **auth.extra,
    }
    if auth.prompt == "omit":
        del parameters["prompt"]
    verifier = secrets.token_urlsafe(48) if auth.pkce else None
    if verifier is not None:
        parameters["code_challenge_method"] = auth.pkce_method
        parameters["code_challenge"] = _challenge(verifier) if auth.pkce_method == "S256" else verifier
    page = urlsplit(resolved(auth.authorize_url, props))
    query = [*parse_qsl(page.query, keep_blank_values=True), *((name, value) for name, value in parameters.items() if value)]
    return Consent(urlunsplit(page._replace(query=urlencode(query))), state, verifier)


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


async def request_token(
    http: Http, url: str, client: Client, parameters: Mapping[str, str], clock: Callable[[], float] = time.time
) -> dict[str, Any]:
    """Asks for a token and returns what a connection keeps of the answer (``kept_of``). Raises TokenRefused."""
    sent = dict(parameters)
    headers = {"accept": "application/json"}
    if client.method is AuthorizationMethod.HEADER:
        headers["authorization"] = f"Basic {b64encode(f'{client.id}:{client.secret}'.encode()).decode()}"
    else:
        sent |= {"client_id": client.id, "client_secret": client.secret} if client.secret else {"client_id": client.id}
    try:
        answer = await http.request("POST", url, headers=headers, data=sent, timeout=TOKEN_SECONDS)
    except HttpError as error:
        raise TokenRefused(f"the service could not be reached: {error.reason}", final=False) from None
    told = _read(answer.content, answer.text)
    if answer.status >= 400 or not isinstance(told.get("access_token"), str):
        raise _refusal(answer.status, told, [client.secret, *(sent.get(name, "") for name in ("code", "code_verifier", "refresh_token"))])
    return {**kept_of(told), "claimed_at": int(clock())}


def kept_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a connection keeps of a token answer. What the service leaves out is not there, so that what was known before stays."""
    kept = {name: told[name] for name in _TOKEN_FIELDS if told.get(name) is not None}
    if "expires_in" in kept:
        kept["expires_in"] = _seconds(kept["expires_in"])
    if isinstance(kept.get("scope"), list):
        kept["scope"] = " ".join(map(str, kept["scope"]))
    return {**kept, "data": {name: value for name, value in told.items() if name not in _TOKEN_FIELDS}}


def _seconds(value: Any) -> int:
    try:
        return max(0, int(float(value)))
    except (TypeError, ValueError, OverflowError):
        return 3600


def _read(content: bytes, text: str) -> dict[str, Any]:
    """The members of an answer: JSON, or a form as some services send it."""
    try:
        told = loads(content)
    except InvalidJson:
        return dict(parse_qsl(text))
    return told if isinstance(told, dict) else {}


def _refusal(status: int, told: Mapping[str, Any], sent: Sequence[str]) -> TokenRefused:
    hidden = Secrets()
    hidden.add(sent)
    error = told.get("error")
    code = error if isinstance(error, str) else ""
    description = told.get("error_description")
    reason = description if isinstance(description, str) and description else code or f"it answered {status} without a token"
    return TokenRefused(hidden.scrub_text(reason)[:_LONGEST_PROBLEM], final=code in _REFUSALS)


def claim_parameters(auth: OAuth2, grant: GrantType, given: Mapping[str, Any]) -> dict[str, str]:
    """The parameters of a connection's first request for a token; ``given`` has the wire's names."""
    props: Mapping[str, Any] = given.get("props") or {}
    if grant is GrantType.CLIENT_CREDENTIALS:
        return client_parameters(auth, given.get("scope") or " ".join(auth.scopes), props)
    parameters = {"grant_type": grant.value, "redirect_uri": str(given.get("redirect_url") or ""), "code": str(given.get("code") or "")}
    if given.get("code_challenge"):
        parameters["code_verifier"] = str(given["code_challenge"])
    return {**parameters, **auth.token_parameters}


def client_parameters(auth: OAuth2, scope: str, props: Mapping[str, Any]) -> dict[str, str]:
    """The parameters of a request in the client's own name; the connection's fields go along, as on the wire."""
    parameters = {"grant_type": GrantType.CLIENT_CREDENTIALS.value}
    if scope:
        parameters["scope"] = resolved(scope, props)
    return {**parameters, **{name: str(value) for name, value in props.items() if value is not None}, **auth.token_parameters}


def refresh_parameters(auth: OAuth2, value: Mapping[str, Any]) -> dict[str, str] | None:
    """The parameters with which a stored connection gets another token; None for one that has no way to."""
    if value.get("grant_type") == GrantType.CLIENT_CREDENTIALS:
        return client_parameters(auth, str(value.get("scope") or ""), value.get("props") or {})
    if not value.get("refresh_token"):
        return None
    return {"grant_type": "refresh_token", "refresh_token": str(value["refresh_token"]), **auth.token_parameters}
