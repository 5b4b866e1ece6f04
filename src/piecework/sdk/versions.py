"""Wire versions: the small part of semantic versioning that flows use to pin pieces (``0.1.29``, ``~0.1.24``, ``^0.5.0``)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt

Version = tuple[int, int, int]

_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?(?:[-+].*)?\Z")
_CLAUSE = re.compile(r"(>=|<=|<|>|=)\s*(\d+(?:\.\d+){0,2})\Z")


def parse_version(text: str) -> Version:
    """``"0.1.29"`` → (0, 1, 29); a leading ``~``, ``^`` or ``v`` and a missing patch number are tolerated. Raises ValueError."""
    match = _VERSION.match(text.strip().lstrip("~^v="))
    if match is None:
        raise ValueError(f"not a version: {text!r}")
    return int(match[1]), int(match[2]), int(match[3] or 0)


def allows(wanted: str, version: str) -> bool:
    """Whether ``~0.1.24`` or ``^0.5.0`` lets a version in, as npm's semver reads them; False for a text that is no version."""
    try:
        least, have = parse_version(wanted), parse_version(version)
    except ValueError:
        return False
    fixed = _fixed(wanted[0], least)
    return have >= least and have[:fixed] == least[:fixed]


def _fixed(operator: str, least: Version) -> int:
    """How many numbers of a version a range does not let change: two after ``~``, up to the first that is not zero after ``^``."""
    if operator == "~":
        return 2
    return next((index + 1 for index, number in enumerate(least) if number), 3)


def _padded(text: str) -> Version:
    numbers = [int(part) for part in text.split(".")]
    numbers += [0] * (3 - len(numbers))
    return numbers[0], numbers[1], numbers[2]


@dataclass(frozen=True, slots=True)
class VersionRange:
    """``VersionRange.parse(">=0.5,<1")``: all clauses must hold."""

    clauses: tuple[tuple[str, Version], ...]

    @classmethod
    def parse(cls, text: str) -> "VersionRange":
        clauses: list[tuple[str, Version]] = []
        for part in text.split(","):
            match = _CLAUSE.match(part.strip())
            if match is None:
                raise ValueError(f"not a version range: {text!r}")
            clauses.append((match[1], _padded(match[2])))
        return cls(tuple(clauses))

    def __contains__(self, version: Version) -> bool:
        return all(_HOLDS[operator](version, bound) for operator, bound in self.clauses)


_HOLDS: dict[str, Callable[[Version, Version], bool]] = {">=": ge, "<=": le, "<": lt, ">": gt, "=": eq}
