"""Cutting a text into plain stretches and ``{{ … }}`` tokens (spec/engine.md §1).

A token ends where its doubled braces balance: ``{{`` opens, ``}}`` closes, single braces count for nothing, and neither do quotes, so
that ``{{ {a: 1} }}`` is one token and ``{{ '}}' }}`` ends inside the quotes. The wire counts so, and flows are written against it. An
opening that never closes makes the rest of the text plain, tokens inside it included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .javascript import js_trim

_BRACES = re.compile(r"\{\{|\}\}")
_FORMULA = re.compile(r"ap-formula-v1::\{.*\}::ap-formula-v1", re.DOTALL)


class Template(NamedTuple):
    """``texts[0] {{expressions[0]}} texts[1] … texts[-1]``: one text more than there are expressions, each expression trimmed."""

    texts: tuple[str, ...]
    expressions: tuple[str, ...]

    @property
    def is_one_token(self) -> bool:
        """Whether the whole text, white space around it apart, is a single token, whose value keeps its type."""
        return len(self.expressions) == 1 and not js_trim(self.texts[0]) and not js_trim(self.texts[1])


def split_template(text: str) -> Template:
    """*text* cut at its tokens; a formula wrapper (``ap-formula-v1::{…}::ap-formula-v1``) makes all of it plain."""
    texts: list[str] = []
    expressions: list[str] = []
    end = 0
    for start, stop in expression_spans(text):
        texts.append(text[end : start - 2])
        expressions.append(js_trim(text[start:stop]))
        end = stop + 2
    return Template((*texts, text[end:]), tuple(expressions))


def expression_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each token's expression starts and ends in *text*, the braces left out, white space included."""
    if "{{" not in text or _FORMULA.search(text):
        return
    depth = start = 0
    for brace in _BRACES.finditer(text):
        if brace.group() == "{{":
            start = brace.end() if depth == 0 else start
            depth += 1
        elif depth > 0:
            depth -= 1
            if depth == 0:
                yield start, brace.start()
