from piecework.runner.catalogue import Catalogue
from piecework.sdk import Piece


def test_own_pieces_are_found_and_sorted() -> None:
    names = [piece.display_name for piece in Catalogue.load().all()]
    assert {"Webhook", "HTTP", "Storage"} <= set(names)
    assert names == sorted(names, key=str.lower)


def test_the_last_piece_of_a_name_wins() -> None:
    first, second = (Piece("x", display_name=title, version="0.1.0") for title in ("First", "Second"))
    assert Catalogue([first, second]).get("@activepieces/piece-x", "0.1.7") is second


def a_piece(version: str, versions: str, *actions: str) -> Piece:
    piece = Piece("service", display_name="Service", version=version, versions=versions)
    for name in actions:
        piece.action(name=name)(lambda: None)
    return piece


WHOLE = a_piece("0.3.0", ">=0.3.0,<0.4.0", "send", "rare")
PART = a_piece("0.4.0", ">=0.2.0,<1.0.0", "send", "own")
CATALOGUE = Catalogue([WHOLE, PART])
NAME = "@activepieces/piece-service"


def test_the_preferred_piece_serves_what_it_has() -> None:
    assert CATALOGUE.get(NAME) is PART
    assert CATALOGUE.for_step(NAME, "0.3.5", "send") is PART
    assert CATALOGUE.all() == [PART]


def test_another_serves_what_it_lacks_within_its_versions() -> None:
    assert CATALOGUE.for_step(NAME, "0.3.5", "rare") is WHOLE
    assert CATALOGUE.for_step(NAME, "0.4.0", "rare") is PART, "no piece has it, and the step's check says so"
    assert CATALOGUE.for_step(NAME, "1.0.0", "send") is None
    assert CATALOGUE.for_step("@activepieces/piece-nope", None, "send") is None
