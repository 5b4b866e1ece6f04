"""What the pages share: text that fits into a cell of a table."""


def cell(text: str) -> str:
    """Makes a text one line in which nothing is taken for a column or an HTML tag."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;").split())
