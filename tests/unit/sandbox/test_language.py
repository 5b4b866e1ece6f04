from typing import Any

import pytest

from piecework.sandbox.language import Language, detect_language
from piecework.sandbox.limits import Limits


@pytest.mark.parametrize(
    ("source", "language"),
    [
        ({"code": "export const code = async (inputs) => 1"}, Language.JAVASCRIPT),
        ({"code": "def code(inputs):\n    return 1"}, Language.PYTHON),
        ({"code": "import json\n\nasync def code(inputs):\n    return 1"}, Language.PYTHON),
        ({"code": "const text = `\ndef code(inputs)\n`;\nexport const code = () => text"}, Language.JAVASCRIPT),
        ({"code": "    def code(inputs): not at the start of a line"}, Language.JAVASCRIPT),
        ({"code": "def code(inputs): ...", "language": "typescript"}, Language.JAVASCRIPT),
        ({"code": "1", "language": "Python"}, Language.PYTHON),
        ({"code": ""}, Language.JAVASCRIPT),
        ({}, Language.JAVASCRIPT),
    ],
)
def test_detect_language(source: dict[str, Any], language: Language) -> None:
    assert detect_language(source) is language


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match=r"sourceCode\.language must be .* received: 'RUBY'"):
        detect_language({"code": "1", "language": "RUBY"})


@pytest.mark.parametrize("field", ["memory_mb", "cpu_seconds", "wall_seconds", "output_bytes", "stdout_bytes"])
def test_limits_are_positive(field: str) -> None:
    with pytest.raises(ValueError, match=f"Limits.{field} must be"):
        Limits(**{field: 0})


def test_v8_needs_some_memory() -> None:
    with pytest.raises(ValueError, match="memory_mb must be at least 16"):
        Limits(memory_mb=8)
