"""``GET /redirect``: where a service sends the browser back with the code of an OAuth2 consent (spec/api.md §6).

The page hands ``{code, state}`` or ``{error, errorDescription, state}`` to the window that opened it and closes. It tells windows of its own origin
alone: the wire's page tells whoever opened it, and so any page in the world that had opened the consent page. A service that sends
``Cross-Origin-Opener-Policy`` cuts the window off from the one that opened it; so the page gives the answer on a channel of its origin as well, which
bears the state in its name, and closes when it was taken (``web/src/app/connections/connect/consent-window.ts``). The code stays in the browser until
it is claimed: nothing is kept or logged here.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from piecework.server.api.dispatch import Mount
from piecework.server.api.errors import problem

PATH = "/redirect"

_SCRIPT = """
const given = new URLSearchParams(location.search);
const told = { state: given.get('state') };
if (given.get('code')) told.code = given.get('code');
else Object.assign(told, { error: given.get('error') || 'no_code', errorDescription: given.get('error_description') });
history.replaceState(null, '', location.pathname);
const opener = window.opener;
const say = (text) => { document.getElementById('told').textContent = text; };
let nobody;
const taken = () => {
  clearTimeout(nobody);
  if (!told.error) say('Connected. This window can be closed.');
  if (told.code) window.close();
};
if (!opener && !told.state) say('This window was not opened by Piecework. Close it and connect again.');
else if (told.error) say('The service gave no permission: ' + (told.errorDescription || told.error));
else if (!opener) nobody = setTimeout(say, 3000, 'No page of Piecework waits for this window. Close it and connect again.');
if (told.state) {
  const channel = new BroadcastChannel('piecework.consent.' + told.state);
  channel.onmessage = taken;
  channel.postMessage(told);
}
if (opener) {
  opener.postMessage(told, location.origin);
  taken();
}
"""
_PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Piecework</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"></head>
<body><p id="told" role="status">Connecting…</p><script>{_SCRIPT}</script></body></html>
"""
_HASH = b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_HEADERS = {
    "content-security-policy": f"default-src 'none'; script-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}


def redirect_mount(rest: ASGIApp) -> Mount:
    """Returns the page's mount; paths that only begin like it go to ``rest``."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].rstrip("/") != PATH:
            await rest(scope, receive, send)
            return
        known = scope["method"] in ("GET", "HEAD")
        answer: Response = (
            HTMLResponse(_PAGE, headers=_HEADERS) if known else problem(405, "The page is read with GET", headers={"allow": "GET"})
        )
        await answer(scope, receive, send)

    return Mount(PATH, call)
