"""The words of the approval page, in the languages of the web application, and the choice between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from piecework.server.modules.approvals.schemas import Stage


@dataclass(frozen=True, slots=True)
class Words:
    """One language. ``button`` and ``said`` are by action; ``…_other`` stand for any other action, whose name replaces ``{}``."""

    code: str
    heading: Mapping[Stage, str]
    text: Mapping[Stage, str]
    button: Mapping[str, str]
    button_other: str
    said: Mapping[str, str]
    said_other: str
    thanks: str
    comment: str
    flow: str
    step: str
    asked: str
    until: str
    again: str


ENGLISH = Words(
    code="en",
    heading={
        Stage.OPEN: "Your decision is needed",
        Stage.NOT_YET: "The flow does not wait yet",
        Stage.ANSWERED: "This has been answered already",
        Stage.EXPIRED: "The time to answer is over",
        Stage.OVER: "The flow does not wait any more",
        Stage.UNKNOWN: "This link leads nowhere",
    },
    text={
        Stage.OPEN: "A flow waits for you and goes on as soon as you have decided. Nothing is recorded before you press a button.",
        Stage.NOT_YET: "It has not come to the step that needs your decision. Wait a moment, then look again.",
        Stage.ANSWERED: "The first answer counts; there is nothing left to do. You can close this page.",
        Stage.EXPIRED: "Nobody answered in time, and the flow has ended. Ask whoever sent you the link to start it again.",
        Stage.OVER: "It ended without your decision. If that surprises you, ask whoever sent you the link.",
        Stage.UNKNOWN: "Check that the whole link was copied. If it was, the request behind it has been removed.",
    },
    button={"approve": "Approve", "disapprove": "Disapprove"},
    button_other="Answer “{}”",
    said={"approve": "Recorded: approved", "disapprove": "Recorded: disapproved"},
    said_other="Recorded: “{}”",
    thanks="Thank you. The flow goes on; you can close this page.",
    comment="Comment (optional)",
    flow="Flow",
    step="Step",
    asked="Asked",
    until="Answer until",
    again="Look again",
)
GERMAN = Words(
    code="de",
    heading={
        Stage.OPEN: "Ihre Entscheidung wird gebraucht",
        Stage.NOT_YET: "Der Ablauf wartet noch nicht",
        Stage.ANSWERED: "Das wurde schon beantwortet",
        Stage.EXPIRED: "Die Zeit für eine Antwort ist vorbei",
        Stage.OVER: "Der Ablauf wartet nicht mehr",
        Stage.UNKNOWN: "Dieser Link führt nirgendwohin",
    },
    text={
        Stage.OPEN: "Ein Ablauf wartet auf Sie und geht weiter, sobald Sie entschieden haben. Erst wenn Sie klicken, wird etwas festgehalten.",
        Stage.NOT_YET: "Er ist noch nicht bei dem Schritt, der Ihre Entscheidung braucht. Warten Sie einen Moment und sehen Sie dann wieder nach.",
        Stage.ANSWERED: "Die erste Antwort zählt; es ist nichts mehr zu tun. Sie können diese Seite schließen.",
        Stage.EXPIRED: "Niemand hat rechtzeitig geantwortet, und der Ablauf ist beendet. Bitten Sie den Absender des Links, ihn neu zu starten.",
        Stage.OVER: "Er endete ohne Ihre Entscheidung. Wenn Sie das überrascht, fragen Sie den Absender des Links.",
        Stage.UNKNOWN: "Prüfen Sie, ob der ganze Link kopiert wurde. Wenn ja, wurde die Anfrage dahinter entfernt.",
    },
    button={"approve": "Zustimmen", "disapprove": "Ablehnen"},
    button_other="Mit „{}“ antworten",
    said={"approve": "Festgehalten: zugestimmt", "disapprove": "Festgehalten: abgelehnt"},
    said_other="Festgehalten: „{}“",
    thanks="Danke. Der Ablauf geht weiter; Sie können diese Seite schließen.",
    comment="Kommentar (freiwillig)",
    flow="Ablauf",
    step="Schritt",
    asked="Gefragt am",
    until="Antwort bis",
    again="Noch einmal nachsehen",
)
WORDS: Mapping[str, Words] = {words.code: words for words in (ENGLISH, GERMAN)}


def language_of(accept_language: str) -> str:
    """The language that a reader prefers among ours (RFC 9110 §12.5.4); English if he names none of them."""
    wishes: list[tuple[float, str]] = []
    for wish in accept_language.split(","):
        tag, _, quality = wish.partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        code = tag.strip().lower().partition("-")[0]
        if code in WORDS and weight > 0:
            wishes.append((weight, code))
    return max(wishes, key=lambda wish: wish[0])[1] if wishes else ENGLISH.code
