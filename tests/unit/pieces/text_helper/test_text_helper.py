from typing import Any

import pytest

from piecework.pieces.text_helper import piece
from piecework.sdk import PieceError
from piecework.sdk.testing import run_action


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("concat", {"texts": ["a", 1, None, "b"]}, "a1b"),
        ("concat", {"texts": ["a", "b"], "separator": ", "}, "a, b"),
        ("split", {"text": "a,b,,c", "delimiter": ","}, ["a", "b", "", "c"]),
        ("split", {"text": "abc", "delimiter": ""}, ["a", "b", "c"]),
        ("replace", {"text": "a.b.c", "searchValue": r"\.", "replaceValue": "-"}, "a-b-c"),
        ("replace", {"text": "aaa", "searchValue": "a", "replaceValue": "b", "replaceOnlyFirst": True}, "baa"),
        ("replace", {"text": "aXa", "searchValue": "X"}, "aa"),
        ("replace", {"text": "2024-01", "searchValue": r"(\d+)-(\d+)", "replaceValue": "$2/$1 $$ $& $9"}, "01/2024 $ 2024-01 $9"),
        ("replace", {"text": "ab", "searchValue": "(?<x>a)", "replaceValue": "[$<x>]"}, "[a]b"),
        ("find", {"text": "2024-01-15", "expression": r"(\d{4})-(\d{2})(x)?"}, ["2024-01", "2024", "01", None]),
        ("find", {"text": "abc", "expression": "z"}, None),
        ("slugify", {"text": "  Hällo Wörld & Straße! #1 "}, "Hallo-World-and-Strasse!-1"),
        ("slugify", {"text": "a - b_c"}, "a-b_c"),
        ("slugify", {"text": "Привет"}, "Privet"),
        ("defaultValue", {"value": "", "defaultString": "d"}, "d"),
        ("defaultValue", {"value": [], "defaultString": "d"}, "d"),
        ("defaultValue", {"value": "v", "defaultString": "d"}, "v"),
        ("defaultValue", {"defaultString": "d"}, "d"),
        ("json_to_ascii_table", {"data": []}, ""),
        (
            "json_to_ascii_table",
            {"data": [{"name": "Al", "age": 3}, {"name": "B", "city": "X"}]},
            "+------+-----+------+\n"
            "| name | age | city |\n"
            "+------+-----+------+\n"
            "| Al   | 3   |      |\n"
            "| B    |     | X    |\n"
            "+------+-----+------+",
        ),
        ("stripHtml", {"html": "<p>Hello <b>wor</b>ld</p><script>x()</script><p>Bye</p>"}, "Hello world Bye"),
        ("stripHtml", {"html": "Hi!Please<div>shop</div>now"}, "Hi!Please shop now"),
        (
            "html_to_markdown",
            {"html": "<h1>T</h1><p>a <strong>b</strong></p><ul><li>x</li></ul><script>1</script>"},
            "T\n=\n\na **b**\n\n* x",
        ),
        ("html_to_markdown", {"html": '<a href="https://e.x">l</a>'}, "[l](https://e.x)"),
    ],
)
async def test_results(name: str, given: dict[str, Any], expected: Any) -> None:
    assert await run_action(piece, name, given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"markdown": "**b** *i*"}, "<p><strong>b</strong> <em>i</em></p>"),
        ({"markdown": "# A Title\n\n# A Title"}, '<h1 id="a-title">A Title</h1>\n<h1 id="a-title-1">A Title</h1>'),
        ({"markdown": "# T", "headerLevelStart": 3, "noHeaderId": True}, "<h3>T</h3>"),
        ({"markdown": "###### T", "headerLevelStart": 3, "noHeaderId": True}, "<h6>T</h6>"),
        ({"markdown": "a\nb"}, "<p>a<br />\nb</p>"),
        ({"markdown": "a\nb", "flavor": "original"}, "<p>a\nb</p>"),
        ({"markdown": "~~x~~"}, "<p><s>x</s></p>"),
        ({"markdown": "~~x~~", "flavor": "vanilla"}, "<p>~~x~~</p>"),
        (
            {"markdown": "[l](https://e.x)", "openLinksInNewWindow": True},
            '<p><a href="https://e.x" rel="noopener noreferrer" target="_blank">l</a></p>',
        ),
    ],
)
async def test_markdown(given: dict[str, Any], expected: str) -> None:
    assert await run_action(piece, "markdown_to_html", given) == expected


async def test_tables_can_be_turned_off() -> None:
    table = "|a|b|\n|-|-|\n|1|2|"
    assert "<table>" in await run_action(piece, "markdown_to_html", {"markdown": table})
    assert "<table>" not in await run_action(piece, "markdown_to_html", {"markdown": table, "tables": False})


PAGE = (
    '<html><head><title> T </title></head><body><h1>A</h1><h2>B</h2><a href="/x" class="b c">l<i>i</i></a><img src="p.png"></body></html>'
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "T"),
        ({"target": "headings", "returnMultiple": True}, ["A", "B"]),
        ({"target": "links", "extractionType": "attribute", "attributeName": "href"}, "/x"),
        ({"target": "links", "extractionType": "attribute", "attributeName": "class"}, "b c"),
        ({"target": "links", "extractionType": "innerHtml"}, "l<i>i</i>"),
        ({"target": "images", "extractionType": "outerHtml"}, '<img src="p.png"/>'),
        ({"target": "custom", "selector": ".b i"}, "i"),
        ({"target": "paragraphs"}, None),
        ({"target": "paragraphs", "returnMultiple": True}, []),
    ],
)
async def test_extraction(given: dict[str, Any], expected: Any) -> None:
    assert await run_action(piece, "extract_from_html", {"html": PAGE, **given}) == expected


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("find", {"text": "a", "expression": "[unclosed"}, r"Invalid regular expression: \[unclosed"),
        ("find", {"text": "a" * 40 + "b", "expression": "(a|a|aa)+$"}, "took longer"),
        ("json_to_ascii_table", {"data": {"a": 1}}, "list of objects"),
        ("markdown_to_html", {"markdown": "x", "headerLevelStart": 7}, "headerLevelStart"),
        ("extract_from_html", {"html": "x", "target": "custom"}, "selector"),
        ("extract_from_html", {"html": "x", "target": "custom", "selector": ":::"}, "not a CSS selector"),
        ("extract_from_html", {"html": "x", "extractionType": "attribute"}, "attributeName"),
    ],
)
async def test_refusals(name: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(PieceError, match=message):
        await run_action(piece, name, given)
