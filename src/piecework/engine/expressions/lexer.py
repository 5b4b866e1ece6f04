"""Cutting an expression into the JavaScript tokens that are evaluated without JavaScript.

Whatever else there is (template literals, regular expressions, comments, BigInts, octal escapes, non-ASCII names, ``=>``, ``++`` …)
raises ``NotNative``: the expression is then left to V8, which also decides whether it is JavaScript at all.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal, NamedTuple

from .javascript import WHITESPACE, as_double, concatenate, plain_number

MAX_TOKENS: Final = 200
"""Longer expressions go to V8; the limit bounds the depth of the tree that the parser builds."""


class NotNative(Exception):  # an answer of the parser, not a failure
    """The expression is not one of those that are evaluated without JavaScript."""


class Token(NamedTuple):
    """``value``: a name, a punctuator, or the value of a literal."""

    kind: Literal["name", "punctuator", "literal", "end"]
    value: Any


_SPACE = re.compile(f"[{WHITESPACE}]+")
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_STRING = re.compile(r"'(?:[^'\\\n\r]|\\[^\n\r])*'|\"(?:[^\"\\\n\r]|\\[^\n\r])*\"")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{0*([0-9a-fA-F]{1,6})\}|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "'": "'", '"': '"', "\\": "\\"}
# The longest punctuator wins, so those that are not evaluated natively must be recognised too.
_PUNCTUATOR = re.compile(
    r">>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?![0-9])"
    r"|\+\+|--|\+=|-=|\*=|/=|%=|&=|\|=|\^=|<<|>>|\*\*|//|/\*|[-+*/%<>!?:.,()\[\]=&|^~;{}@#`]"
)
_NATIVE = frozenset(["===", "!==", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", *"-+*/%<>!?:.,()[]"])


def tokenize(source: str) -> list[Token]:
    """The tokens of *source*, an ``end`` token last. Raises NotNative."""
    tokens: list[Token] = []
    position = 0
    while position < len(source):
        if space := _SPACE.match(source, position):
            position = space.end()
            continue
        token, position = _token_at(source, position)
        tokens.append(token)
        if len(tokens) > MAX_TOKENS:
            raise NotNative
    tokens.append(Token("end", None))
    return tokens


def _token_at(source: str, position: int) -> tuple[Token, int]:
    if name := _NAME.match(source, position):
        return Token("name", name.group()), name.end()
    if number := _NUMBER.match(source, position):
        if _continues(source, number.end()):  # 1_000, 10n, 3px, 010
            raise NotNative
        text = number.group()
        value = as_double(int(text, 16)) if text[:2] in ("0x", "0X") else float(text)
        return Token("literal", plain_number(value)), number.end()
    if string := _STRING.match(source, position):
        return Token("literal", unescape(string.group()[1:-1])), string.end()
    punctuator = _PUNCTUATOR.match(source, position)
    if punctuator is None or punctuator.group() not in _NATIVE:
        raise NotNative
    return Token("punctuator", punctuator.group()), punctuator.end()


def _continues(source: str, position: int) -> bool:
    """Whether a number runs straight into a letter or a digit, which JavaScript forbids or reads otherwise."""
    following = source[position : position + 1]
    return following != "" and (following.isalnum() or following in "_$\\")


def unescape(text: str) -> str:
    """The inside of a string literal with its escapes resolved. Raises NotNative for octal escapes and what JavaScript refuses."""
    if "\\" not in text:
        return text
    value = ""
    end = 0
    for escape in _ESCAPE.finditer(text):
        value = concatenate(value + text[end : escape.start()], _escaped(escape))
        end = escape.end()
    return value + text[end:]


def _escaped(escape: re.Match[str]) -> str:
    *codes, character = escape.groups()
    code = next((code for code in codes if code is not None), None)
    if code is not None:
        if int(code, 16) > 0x10FFFF:
            raise NotNative
        return chr(int(code, 16))
    if character in "xu" or character.isdecimal() or character in "\u2028\u2029":
        raise NotNative
    return _ESCAPED.get(character, character)
