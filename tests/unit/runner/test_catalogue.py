from piecework.runner.catalogue import Catalogue
from piecework.sdk import Piece


def test_own_pieces_are_found_and_sorted() -> None:
    names = [piece.display_name for piece in Catalogue.load().all()]
    assert {"Webhook", "HTTP", "Storage"} <= set(names)
    assert names == sorted(names, key=str.lower)


def test_the_last_piece_of_a_name_wins() -> None:
    first, second = (Piece("x", display_name=title, version="0.1.0") for title in ("First", "Second"))
    assert Catalogue([first, second]).get("@activepieces/piece-x", "0.1.7") is second
