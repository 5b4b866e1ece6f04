"""HTML and Markdown. The libraries are imported by the functions that need them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from piecework.pieces.text_helper.piece import piece
from piecework.sdk import HIDDEN, Checkbox, LongText, Number, PieceError, ShortText, StaticDropdown

if TYPE_CHECKING:
    from bs4 import Tag
    from markdown_it.token import Token

SELECTORS = {"title": "title", "links": "a[href]", "images": "img[src]", "headings": "h1, h2, h3", "paragraphs": "p"}
BLOCKS = (
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "title", "tr", "ul",
)  # fmt: skip


@piece.action(name="markdown_to_html", display_name="Markdown to HTML", pure=True, error_handling=HIDDEN)
def markdown_to_html(
    markdown: Annotated[str, LongText("Markdown Content", "The Markdown to convert.")],
    flavor: Annotated[
        str,
        StaticDropdown(
            "Flavor of Markdown",
            "GitHub's also knows ~~strikethrough~~ and keeps line breaks.",
            options={"Default": "vanilla", "Original": "original", "GitHub": "github"},
            required=True,
        ),
    ] = "github",
    headerLevelStart: Annotated[float, Number("Minimum Header Level", "The level of `#`, 1 to 6.", required=True)] = 1,
    tables: Annotated[bool, Checkbox("Support Tables", "Whether tables are converted.", required=True)] = True,
    noHeaderId: Annotated[bool, Checkbox("No Header ID", "Whether headers come without an id.", required=True)] = False,
    simpleLineBreaks: Annotated[
        bool, Checkbox("Simple Line Breaks", "Whether every line break in the text is one in the HTML.", required=True)
    ] = False,
    openLinksInNewWindow: Annotated[bool, Checkbox("Open Links in New Window", required=True)] = False,
) -> str:
    """Convert Markdown to HTML."""
    from markdown_it import MarkdownIt

    if headerLevelStart not in range(1, 7):
        raise PieceError("headerLevelStart: must be a level from 1 to 6")
    github = flavor == "github"
    parser = MarkdownIt("commonmark", {"html": True, "breaks": simpleLineBreaks or github})
    parser.enable([name for name, on in (("table", tables), ("strikethrough", github)) if on])
    tokens = parser.parse(markdown)
    shape_headings(tokens, int(headerLevelStart), with_ids=not (noHeaderId or flavor == "original"))
    if openLinksInNewWindow:
        open_links_elsewhere(tokens)
    return parser.renderer.render(tokens, parser.options, {}).rstrip("\n")


def shape_headings(tokens: Sequence[Token], first_level: int, *, with_ids: bool) -> None:
    """Shift the levels of headings and give each an id made from its text; a repeated id gets a number."""
    seen: dict[str, int] = {}
    for index, token in enumerate(tokens):
        if token.type not in ("heading_open", "heading_close"):
            continue
        token.tag = f"h{min(6, int(token.tag[1]) + first_level - 1)}"
        if with_ids and token.type == "heading_open":
            name = re.sub(r"[^\w\- ]", "", tokens[index + 1].content.lower()).replace(" ", "-")
            count = seen[name] = seen.get(name, -1) + 1
            token.attrSet("id", f"{name}-{count}" if count else name)


def open_links_elsewhere(tokens: Sequence[Token]) -> None:
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("rel", "noopener noreferrer")
                child.attrSet("target", "_blank")


@piece.action(name="html_to_markdown", display_name="HTML to Markdown", pure=True, error_handling=HIDDEN)
def html_to_markdown(html: Annotated[str, LongText("HTML Content", "The HTML to convert.")]) -> str:
    """Convert HTML to Markdown."""
    from bs4 import BeautifulSoup
    from markdownify import UNDERLINED, MarkdownConverter

    soup = BeautifulSoup(html, "html.parser")
    for unwanted in soup(["script", "style"]):
        unwanted.decompose()
    converter = MarkdownConverter(heading_style=UNDERLINED, bullets="*", escape_underscores=True)
    return str(converter.convert_soup(soup)).strip()


@piece.action(name="stripHtml", display_name="Remove HTML Tags", pure=True)
def strip_html(html: Annotated[str, LongText("HTML content", "The HTML to take the text of.")]) -> str:
    """Keep only the text of HTML."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "html.parser")
    for unwanted in soup(["script", "style"]):
        unwanted.decompose()
    for block in soup(list(BLOCKS)):
        block.insert_before(" ")
        block.insert_after(" ")
    return re.sub(r"\s+", " ", soup.get_text()).strip()


@piece.action(name="extract_from_html", display_name="Extract from HTML", pure=True)
def extract_from_html(
    html: Annotated[str, LongText("HTML Content", "The HTML to search.")],
    target: Annotated[
        str,
        StaticDropdown(
            "Extraction Target",
            "Which elements to look for.",
            options={
                "Page Title": "title",
                "All Links (<a> elements)": "links",
                "All Images": "images",
                "Main Headings (H1, H2, H3)": "headings",
                "Paragraphs / Text Blocks": "paragraphs",
                "Custom CSS Selector (Advanced)": "custom",
            },
            disabled=False,
            required=True,
        ),
    ] = "title",
    selector: Annotated[str | None, ShortText("Custom CSS Selector", "Only for a custom target, such as `.price`.")] = None,
    extractionType: Annotated[
        str,
        StaticDropdown(
            "Extraction Type",
            "What to take of each element.",
            options={
                "Text Content (Clean Text)": "textContent",
                "Inner HTML": "innerHtml",
                "Outer HTML": "outerHtml",
                "Attribute (e.g., href, src)": "attribute",
            },
            disabled=False,
            required=True,
        ),
    ] = "textContent",
    attributeName: Annotated[str | None, ShortText("Attribute Name", "Only for the type *Attribute*, such as `href`.")] = None,
    returnMultiple: Annotated[
        bool, Checkbox("Return Multiple Elements", "Give a list of all elements instead of the first one.", required=True)
    ] = False,
) -> Any:
    """Take elements out of HTML by kind or CSS selector."""
    wanted = selector if target == "custom" else SELECTORS.get(target)
    if not wanted:
        raise PieceError("selector: a custom target needs a CSS selector" if target == "custom" else f"target: unknown target {target!r}")
    if extractionType == "attribute" and not attributeName:
        raise PieceError("attributeName: the type Attribute needs the name of one")
    found = [value_of(element, extractionType, attributeName or "") for element in selected(html, wanted)]
    return found if returnMultiple else (found[0] if found else None)


def selected(html: str, selector: str) -> list[Tag]:
    """The elements that a selector matches. Raises PieceError for a selector that is none."""
    from bs4 import BeautifulSoup
    from soupsieve import SelectorSyntaxError

    try:
        return list(BeautifulSoup(html, "html.parser").select(selector))
    except (SelectorSyntaxError, NotImplementedError) as error:
        raise PieceError(f"selector: not a CSS selector: {selector} ({str(error).splitlines()[0]})") from None


def value_of(element: Tag, extraction_type: str, attribute: str) -> str:
    match extraction_type:
        case "textContent":
            return element.get_text().strip()
        case "innerHtml":
            return element.decode_contents()
        case "outerHtml":
            return str(element)
        case "attribute":
            value = element.get(attribute, "")
            return " ".join(value) if isinstance(value, list) else str(value)
        case _:
            raise PieceError(f"extractionType: unknown type {extraction_type!r}")
