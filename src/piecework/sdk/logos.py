"""Logos of pieces that bring none."""

from urllib.parse import quote


def monogram(display_name: str) -> str:
    """A logo for a piece without one: its initial on a square whose colour the name decides, as a data URL."""
    hue = sum(ord(letter) * 37 for letter in display_name) % 360
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
        f'<rect width="48" height="48" rx="12" fill="hsl({hue},55%,45%)"/>'
        '<text x="24" y="32" font-family="sans-serif" font-size="24" font-weight="600" fill="#fff" text-anchor="middle">'
        f"{display_name[:1].upper()}</text></svg>"
    )
    return f"data:image/svg+xml,{quote(svg)}"
