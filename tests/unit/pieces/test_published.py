"""Native pieces have the fields of the published pieces whose versions they say they serve.

`published.json` has the names and types of the fields of those steps that are native, too: what versions in the npm registry said of themselves, and
for pieces that are not there what their public source says, under the version that the native piece names.
"""

import json
from pathlib import Path

import pytest

from piecework.runner.catalogue import Catalogue

PUBLISHED: dict[str, dict[str, dict[str, dict[str, str]]]] = json.loads((Path(__file__).parent / "published.json").read_text())
CATALOGUE = Catalogue.load()

OTHERWISE = {
    ("@activepieces/piece-amazon-s3", "upload-file", "type"): "a text since 0.3.2; what the list offered before is such a text",
    ("@activepieces/piece-claude", "ask_claude", "model"): "asked from the service, as in newer versions; the values are the same",
    ("@activepieces/piece-openai", "custom_api_call", "body"): "a body without a type is JSON, as it was then",
    ("@activepieces/piece-slack", "custom_api_call", "body_type"): "chosen from a list that depends on the method, as in newer pieces",
    ("@activepieces/piece-slack", "custom_api_call", "useUserToken"): "there is one kind of token here",
}
"""Fields that differ, and why a flow with the published one works all the same."""


@pytest.mark.parametrize("published", sorted(PUBLISHED))
def test_the_fields_of_published_versions_are_there(published: str) -> None:
    name, _, version = published.rpartition("@")
    piece = CATALOGUE.get(name, version)
    assert piece is not None, f"{name} does not serve {version}"
    for kind, steps in PUBLISHED[published].items():
        ours = piece.describe()[kind]
        for step, fields in steps.items():
            types = {field: details["type"] for field, details in ours[step]["props"].items()}
            for field, expected in fields.items():
                if (name, step, field) not in OTHERWISE:
                    assert (field, types.get(field)) == (field, expected), step


@pytest.mark.parametrize("published", sorted(PUBLISHED))
def test_no_field_is_wanted_that_the_published_form_did_not_have(published: str) -> None:
    name, _, version = published.rpartition("@")
    piece = CATALOGUE.get(name, version)
    assert piece is not None
    for kind, steps in PUBLISHED[published].items():
        for step, fields in steps.items():
            described = piece.describe()[kind][step]["props"]
            assert [field for field, details in described.items() if details["required"] and field not in fields] == [], step
