"""What travels about forms and chats."""

from typing import Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from piecework.server.kernel.http import Query

InputType = Literal["text", "text_area", "toggle", "file"]


class FormInput(TypedDict):
    """A field of a form. Its value travels under the key that `field_key` makes of `displayName`."""

    displayName: str
    type: InputType
    description: str
    required: bool


class FormProps(TypedDict):
    """How a form is built. With `waitForResponse` the page sends it to the synchronous webhook and shows the answer."""

    inputs: list[FormInput]
    waitForResponse: bool


class FormPage(TypedDict):
    """The form of a flow. `version` is that of the piece: it says in which shape files are sent."""

    id: str
    title: str
    props: FormProps
    projectId: str
    version: str


class ChatPage(TypedDict):
    """The chat of a flow."""

    id: str
    title: str
    props: dict[str, Any]
    projectId: str
    platformLogoUrl: str
    platformName: str


class DraftQuery(Query):
    """Which version of the flow to show."""

    use_draft: bool = Field(False, description="The version that is being edited, instead of the published one.")
