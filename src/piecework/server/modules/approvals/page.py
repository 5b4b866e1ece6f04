"""The approval page: one document without scripts, files or cookies, so that it works wherever a mail is read (docs/decisions/0017).

Whatever stands on it is escaped; its policy allows nothing but its own style and its own form.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from html import escape

from fastapi import Response

from piecework.server.modules.approvals.schemas import ApprovalRequest, Stage
from piecework.server.modules.approvals.words import WORDS, Words, language_of

COMMENT_LENGTH = 4_000
"""Characters that the page takes as a comment."""

_STYLE = """
:root{color-scheme:light dark;--ground:light-dark(#f6f7f9,#121316);--surface:light-dark(#fff,#1b1c20);--line:light-dark(#e1e4ea,#33353c);
--strong:light-dark(#767d8c,#8b90a0);--text:light-dark(#1a1c20,#e9eaee);--soft:light-dark(#545b68,#a8aebb);--accent:light-dark(#2b52cc,#9db4ff);
--on:light-dark(#fff,#10183a);--good:light-dark(#0f7040,#6cd6a0);--warn:light-dark(#875200,#f4c26b)}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;align-items:center;padding:clamp(16px,6vh,64px) 16px 24px;
background:var(--ground);color:var(--text);font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}
main{width:100%;max-width:460px;padding:28px;border:1px solid var(--line);border-radius:12px;background:var(--surface);
box-shadow:0 2px 8px light-dark(#14182814,#0006);overflow-wrap:anywhere}
.platform{margin:0 0 16px;color:var(--soft);font-weight:650}
h1{margin:0 0 8px;font-size:22px;line-height:1.3;letter-spacing:-.015em}
p{margin:0 0 16px;color:var(--soft)}
.open h1::before,.answered h1::before,.recorded h1::before,.late h1::before{content:'';display:block;width:36px;height:4px;margin-bottom:16px;
border-radius:2px;background:var(--accent)}
.recorded h1::before{background:var(--good)}.late h1::before{background:var(--warn)}
dl{display:grid;grid-template-columns:auto 1fr;gap:4px 16px;margin:0 0 20px;padding:12px 16px;border:1px solid var(--line);border-radius:8px}
dt{color:var(--soft)}dd{margin:0;font-weight:600}
label{display:block;margin-bottom:4px;font-weight:600}
textarea{width:100%;min-height:76px;padding:8px 12px;border:1px solid var(--strong);border-radius:8px;background:none;color:inherit;font:inherit;
resize:vertical}
.buttons{display:flex;flex-wrap:wrap;gap:12px;margin-top:20px}
button,.again{flex:1;min-width:140px;min-height:44px;padding:8px 16px;border:1px solid var(--accent);border-radius:8px;background:var(--accent);
color:var(--on);font:inherit;font-weight:650;text-align:center;text-decoration:none;cursor:pointer}
button.second{border-color:var(--strong);background:none;color:inherit}
button:focus-visible,.again:focus-visible,textarea:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
@media(max-width:480px){main{padding:20px 16px}dl{padding:8px 12px;font-size:15px}}
"""
_POLICY = "; ".join(
    [
        "default-src 'none'",
        f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",  # the address is the credential
    "vary": "accept, accept-language",
    "x-robots-tag": "noindex",
}


def ask(request: ApprovalRequest, targets: Mapping[str, str], accept_language: str) -> Response:
    """The page for somebody who has opened a link: the question, or why there is none (any more).

    :param targets: the addresses that its buttons post to, by action (``approve``, ``disapprove``, or what the link says).
    """
    words = WORDS[language_of(accept_language)]
    if request.stage is Stage.OPEN:
        return _document(words, "open", request.platform, words.heading[request.stage], _question(request, targets, words))
    again = f'<a class="again" href="">{escape(words.again)}</a>' if request.stage is Stage.NOT_YET else ""
    content = f"<p>{escape(words.text[request.stage])}</p>{_facts(request, words)}{again}"
    kind = "answered" if request.stage is Stage.ANSWERED else "late"
    status = 404 if request.stage is Stage.UNKNOWN else 200
    return _document(words, kind, request.platform, words.heading[request.stage], content, status)


def tell(request: ApprovalRequest, action: str, accept_language: str) -> Response:
    """The page for somebody whose answer was recorded. ``request`` is what he was asked."""
    words = WORDS[language_of(accept_language)]
    said = words.said.get(action) or words.said_other.format(shortened(action))
    facts = _facts(replace(request, asked=None, until=None), words)
    return _document(words, "recorded", request.platform, said, f"<p>{escape(words.thanks)}</p>{facts}")


def shortened(action: str) -> str:
    """An action of somebody else's link, as it stands on a button."""
    return action if len(action) <= 40 else f"{action[:40]}…"


def _question(request: ApprovalRequest, targets: Mapping[str, str], words: Words) -> str:
    buttons = "".join(
        f'<button{"" if index == 0 else " class=second"} formaction="{escape(target)}">'
        f"{escape(words.button.get(action) or words.button_other.format(shortened(action)))}</button>"
        for index, (action, target) in enumerate(targets.items())
    )
    return (
        f"<p>{escape(words.text[Stage.OPEN])}</p>{_facts(request, words)}"
        f'<form method="post"><label for="comment">{escape(words.comment)}</label>'
        f'<textarea id="comment" name="comment" maxlength="{COMMENT_LENGTH}"></textarea><div class="buttons">{buttons}</div></form>'
    )


def _facts(request: ApprovalRequest, words: Words) -> str:
    """What is known of the request, as a list; nothing where nothing is known."""
    known = [(words.flow, escape(request.flow)), (words.step, escape(request.step))]
    known += [(words.asked, _moment(request.asked)), (words.until, _moment(request.until))]
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in known if value)
    return f"<dl>{rows}</dl>" if rows else ""


def _moment(moment: datetime | None) -> str:
    """A moment in UTC, because the page cannot know where it is read: ``2026-11-22 14:05 UTC``."""
    return "" if moment is None else f'<time datetime="{moment.isoformat(timespec="seconds")}">{moment:%Y-%m-%d %H:%M} UTC</time>'


def _document(words: Words, kind: str, platform: str, heading: str, content: str, status: int = 200) -> Response:
    html = (
        f'<!doctype html><html lang="{words.code}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(heading)} · {escape(platform)}</title><style>{_STYLE}</style></head>"
        f'<body><p class="platform">{escape(platform)}</p><main class="{kind}"><h1>{escape(heading)}</h1>{content}</main></body></html>'
    )
    return Response(html, status, _HEADERS, "text/html; charset=utf-8")
