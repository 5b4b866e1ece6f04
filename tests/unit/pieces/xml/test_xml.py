from typing import Any

import pytest

from piecework.pieces.xml import piece
from piecework.sdk import PieceError
from piecework.sdk.testing import run_action

BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
FILE = '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>'


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"json": {"a": {"b": [1, True, None, "x<&"]}}}, "<a><b>1</b><b>true</b><b/><b>x&lt;&amp;</b></a>"),
        (
            {"json": {"a": {"attr": {"id": 'q"<'}, "b": "c"}}, "header": True},
            '<?xml version="1.0" encoding="UTF-8"?><a id=\'q"&lt;\'><b>c</b></a>',
        ),
        ({"json": {"a": {"@": {"id": 1}, "#text": "t"}}, "attributes_key": "@"}, '<a id="1">t</a>'),
    ],
)
async def test_writing(given: dict[str, Any], expected: str) -> None:
    assert await run_action(piece, "convert-json-to-xml", given) == expected


@pytest.mark.parametrize("name", ["a b", "<a>", "", "1a", 'a="x"'])
async def test_no_markup_gets_in_by_a_name(name: str) -> None:
    with pytest.raises(PieceError, match="json: "):
        await run_action(piece, "convert-json-to-xml", {"json": {name: 1}})


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<a><b>1</b><b>2</b><b>3</b><c/></a>", {"a": {"b": ["1", "2", "3"], "c": ""}}),
        ('<a id="7">text<b x="y"/></a>', {"a": {"attr": {"id": "7"}, "b": {"attr": {"x": "y"}}, "#text": "text"}}),
        ('<?xml version="1.0" encoding="UTF-8"?>\n<n:a xmlns:n="urn:x">Ünsal</n:a>', {"a": "Ünsal"}),
    ],
)
async def test_reading(xml: str, expected: Any) -> None:
    assert await run_action(piece, "convert-xml-to-json", {"xml": xml}) == expected


@pytest.mark.parametrize("xml", ["<a>", "", BOMB, FILE, "<a>" * 300 + "</a>" * 300])
async def test_refused(xml: str) -> None:
    with pytest.raises(PieceError, match="xml"):
        await run_action(piece, "convert-xml-to-json", {"xml": xml})
