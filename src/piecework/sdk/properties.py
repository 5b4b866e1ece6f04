"""The fields of a form. A parameter carries one in its annotation: ``url: Annotated[str, ShortText("URL")]``.

A property's name is its parameter's name; it is required when the parameter has no default, unless ``required=`` says otherwise; what the
form is filled with at first (the wire's ``defaultValue``) is the parameter's default unless ``default=`` says otherwise.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

from piecework.sdk import coercion
from piecework.sdk.errors import PieceDefinitionError
from piecework.spec.piece import MarkdownVariant, PropertyType


class Unset(Enum):
    UNSET = "unset"


UNSET = Unset.UNSET
"""No value was given; None is a value."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a dropdown."""

    label: str
    value: Any


Options = Sequence[Option] | Mapping[str, Any]
"""Choices: Option objects, or values by label."""


def option_list(options: Options) -> tuple[Option, ...]:
    if isinstance(options, Mapping):
        return tuple(Option(label, value) for label, value in options.items())
    return tuple(options)


def plain_value(value: Any) -> Any:
    """An option's value as JSON: an Enum's member is what it stands for."""
    return value.value if isinstance(value, Enum) else value


@dataclass(frozen=True, slots=True)
class DropdownState:
    """Computed choices, or the reason why there are none yet."""

    options: Options = ()
    disabled: bool = False
    placeholder: str | None = None

    def describe(self) -> dict[str, Any]:
        wire: dict[str, Any] = {
            "disabled": self.disabled,
            "options": [{"label": option.label, "value": option.value} for option in option_list(self.options)],
        }
        if self.placeholder is not None:
            wire["placeholder"] = self.placeholder
        return wire


@dataclass(frozen=True)
class Property:
    """One form field. ``title`` is shown above it (default: made from the name), ``help`` below it (Markdown)."""

    title: str | None = None
    help: str | None = None
    required: bool | None = field(default=None, kw_only=True)
    default: Any = field(default=UNSET, kw_only=True)

    type: ClassVar[PropertyType]

    def coercer(self) -> coercion.Coerce:
        """The function that turns a stored value into what the code receives."""
        return coercion.untouched

    def describe(self) -> dict[str, Any]:
        """The wire's JSON of this property."""
        wire: dict[str, Any] = {"displayName": self.title or ""}
        if self.help:
            wire["description"] = self.help
        wire["required"] = bool(self.required)
        if self.default is not UNSET:
            wire["defaultValue"] = plain_value(self.default)
        wire.update(self.details())
        wire["type"] = self.type.value
        return wire

    def details(self) -> dict[str, Any]:
        """What this type adds to the wire's JSON."""
        return {}


@dataclass(frozen=True)
class ShortText(Property):
    type: ClassVar[PropertyType] = PropertyType.SHORT_TEXT

    def coercer(self) -> coercion.Coerce:
        return coercion.to_text if self.required else coercion.to_optional_text


@dataclass(frozen=True)
class LongText(ShortText):
    type: ClassVar[PropertyType] = PropertyType.LONG_TEXT


@dataclass(frozen=True)
class SecretText(ShortText):
    type: ClassVar[PropertyType] = PropertyType.SECRET_TEXT


@dataclass(frozen=True)
class RichText(ShortText):
    type: ClassVar[PropertyType] = PropertyType.RICH_TEXT


@dataclass(frozen=True)
class Number(Property):
    """The code receives an int where the value is whole, else a float. ``whole`` refuses all others; the bounds are inclusive."""

    minimum: float | None = field(default=None, kw_only=True)
    maximum: float | None = field(default=None, kw_only=True)
    whole: bool = field(default=False, kw_only=True)
    type: ClassVar[PropertyType] = PropertyType.NUMBER

    def coercer(self) -> coercion.Coerce:
        if self.minimum is None and self.maximum is None and not self.whole:
            return coercion.to_number
        return lambda value: coercion.number_within(coercion.to_number(value), self.minimum, self.maximum, self.whole)


@dataclass(frozen=True)
class Checkbox(Property):
    type: ClassVar[PropertyType] = PropertyType.CHECKBOX

    def coercer(self) -> coercion.Coerce:
        return coercion.to_checkbox


@dataclass(frozen=True)
class DateTime(Property):
    """The code receives ISO 8601 text in UTC, ``2026-01-31T09:30:00.000Z``, or with ``as_datetime`` an aware datetime in UTC."""

    as_datetime: bool = field(default=False, kw_only=True)
    type: ClassVar[PropertyType] = PropertyType.DATE_TIME

    def coercer(self) -> coercion.Coerce:
        return coercion.to_moment if self.as_datetime else coercion.to_date_time


@dataclass(frozen=True)
class Json(Property):
    """The code receives any JSON value; text that is not JSON arrives as text."""

    type: ClassVar[PropertyType] = PropertyType.JSON

    def coercer(self) -> coercion.Coerce:
        return coercion.to_json


@dataclass(frozen=True)
class Object(Property):
    type: ClassVar[PropertyType] = PropertyType.OBJECT

    def coercer(self) -> coercion.Coerce:
        return coercion.to_object


@dataclass(frozen=True)
class Color(Property):
    type: ClassVar[PropertyType] = PropertyType.COLOR


@dataclass(frozen=True)
class File(Property):
    """The code receives a ``services.LoadedFile``; None for an optional one that cannot be read (spec/engine.md §2)."""

    type: ClassVar[PropertyType] = PropertyType.FILE

    def coercer(self) -> coercion.Coerce:
        return coercion.to_file_reference if self.required else coercion.to_optional_file_reference


@dataclass(frozen=True)
class Array(Property):
    """A list of texts, or of objects with the fields of ``of``."""

    of: Mapping[str, Property] | None = field(default=None, kw_only=True)
    type: ClassVar[PropertyType] = PropertyType.ARRAY

    def coercer(self) -> coercion.Coerce:
        return coercion.to_array

    def details(self) -> dict[str, Any]:
        return {"properties": {name: child.describe() for name, child in self.of.items()}} if self.of else {}


@dataclass(frozen=True)
class Markdown(Property):
    """A text between the fields, not an input. ``help`` is the text; its parameter's default is None."""

    variant: MarkdownVariant = field(default=MarkdownVariant.INFO, kw_only=True)
    type: ClassVar[PropertyType] = PropertyType.MARKDOWN

    def details(self) -> dict[str, Any]:
        return {"variant": self.variant.value}


@dataclass(frozen=True)
class StaticDropdown(Property):
    """One of ``options`` (a function: long lists are only made when the form is shown).

    ``disabled=None`` leaves that key out of the wire's JSON. ``only_these`` refuses values that are no option: an expression can give any;
    where an option's value is an Enum's member, the form holds the member's value and the code receives the member.
    """

    options: Options | Callable[[], Options] = field(default=(), kw_only=True)
    disabled: bool | None = field(default=None, kw_only=True)
    only_these: bool = field(default=False, kw_only=True)
    type: ClassVar[PropertyType] = PropertyType.STATIC_DROPDOWN

    def details(self) -> dict[str, Any]:
        choices: dict[str, Any] = {} if self.disabled is None else {"disabled": self.disabled}
        choices["options"] = [{"label": option.label, "value": plain_value(option.value)} for option in self._options()]
        return {"options": choices}

    def coercer(self) -> coercion.Coerce:
        return self._one_of() if self.only_these else coercion.untouched

    def _options(self) -> tuple[Option, ...]:
        return option_list(self.options() if callable(self.options) else self.options)

    def _one_of(self) -> coercion.Coerce:
        known = [(plain_value(option.value), option.value) for option in self._options()]
        return lambda value: coercion.one_of(known, value)


@dataclass(frozen=True)
class StaticMultiSelect(StaticDropdown):
    type: ClassVar[PropertyType] = PropertyType.STATIC_MULTI_SELECT_DROPDOWN

    def coercer(self) -> coercion.Coerce:
        if not self.only_these:
            return coercion.to_choices
        one_of = self._one_of()
        return lambda value: [one_of(item) for item in coercion.to_choices(value) or ()]


Form = Mapping[str, Property]
OptionsFunction = Callable[..., DropdownState | Options | Awaitable[DropdownState | Options]]
FormFunction = Callable[..., Form | Awaitable[Form]]


_SEARCH = "search_value"


@dataclass(frozen=True)
class Computed(Property, ABC):
    """A field whose choices or children a function computes. The function's parameters are its refreshers, except for ``ctx`` and, in a
    dropdown that searches by itself, ``search_value``: what the user typed.
    """

    @abstractmethod
    def function(self) -> Callable[..., Any]:
        """The function that computes them."""

    def refreshers(self) -> tuple[str, ...]:
        return tuple(name for name in self._parameters() if name not in ("ctx", _SEARCH))

    def _parameters(self) -> Mapping[str, inspect.Parameter]:
        return inspect.signature(self.function()).parameters

    def details(self) -> dict[str, Any]:
        wire: dict[str, Any] = {"refreshers": list(self.refreshers())}
        return wire | {"refreshOnSearch": True} if _SEARCH in self._parameters() else wire

    async def compute(self, ctx: Any, form_input: Mapping[str, Any], search_value: str | None = None) -> Any:
        """Call the function with the refreshers' present values (None where a field is still empty)."""
        function = self.function()
        arguments: dict[str, Any] = {name: form_input.get(name) for name in self.refreshers()}
        given = {"ctx": ctx, _SEARCH: search_value}
        arguments |= {name: value for name, value in given.items() if name in self._parameters()}
        result = function(**arguments)
        return await result if inspect.isawaitable(result) else result

    def unconnected(self) -> dict[str, Any]:
        """What a form shows before a connection was chosen: nothing could be asked yet."""
        return DropdownState(disabled=True, placeholder="Choose a connection first").describe()


@dataclass(frozen=True)
class Dropdown(Computed):
    """One choice of those that ``options(ctx, …)`` gives. With a parameter ``search_value`` it is called anew while the user types."""

    options: OptionsFunction = field(kw_only=True)
    type: ClassVar[PropertyType] = PropertyType.DROPDOWN

    def function(self) -> Callable[..., Any]:
        return self.options


@dataclass(frozen=True)
class MultiSelect(Dropdown):
    type: ClassVar[PropertyType] = PropertyType.MULTI_SELECT_DROPDOWN

    def coercer(self) -> coercion.Coerce:
        return coercion.to_choices


@dataclass(frozen=True)
class DynamicProperties(Computed):
    """A group of fields that ``form(ctx, …)`` gives. The code receives an object."""

    form: FormFunction = field(kw_only=True)
    type: ClassVar[PropertyType] = PropertyType.DYNAMIC

    def function(self) -> Callable[..., Any]:
        return self.form

    def coercer(self) -> coercion.Coerce:
        return coercion.to_object

    def unconnected(self) -> dict[str, Any]:
        return {}


_BY_TYPE: dict[str, type[Property]] = {
    cls.type.value: cls
    for cls in (
        ShortText, LongText, SecretText, RichText, Number, Checkbox, DateTime, Json, Object, Color, File, Array, Markdown,
        StaticDropdown, StaticMultiSelect,
    )
}  # fmt: skip


def from_wire(schema: Mapping[str, Any]) -> Property | None:
    """The property that a stored schema describes (``propertySettings[p].schema``); None for a type without processing."""
    cls = _BY_TYPE.get(schema.get("type", ""))
    if cls is None or cls is Markdown:
        return None
    required = bool(schema.get("required"))
    if cls is Array and isinstance(schema.get("properties"), Mapping):
        children = {name: child for name, raw in schema["properties"].items() if (child := from_wire(raw)) is not None}
        return Array(schema.get("displayName"), required=required, of=children)
    return cls(schema.get("displayName"), required=required)


def title_from(name: str) -> str:
    """``first_number`` and ``firstNumber`` become ``First Number``."""
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in name.replace("_", " ").replace("-", " "))
    return " ".join(word[:1].upper() + word[1:] for word in spaced.split())


def check_definition(name: str, prop: Property) -> None:
    """Refuse a property that no form can show."""
    if isinstance(prop, Markdown) and prop.required:
        raise PieceDefinitionError(f"{name}: a Markdown text cannot be required; give its parameter the default None")
