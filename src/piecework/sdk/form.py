"""A form: the properties of one action or trigger, read from its function's signature and compiled once into a tight list.

``Form.process`` is on the hot path: about a microsecond for a form with two fields. It is pure; files are loaded afterwards by
``Form.load_files`` where ``has_files`` says that there are any.
"""

from __future__ import annotations

import dataclasses
import inspect
import keyword
from collections.abc import Callable, Mapping
from typing import Any, cast, get_type_hints

from piecework.sdk import coercion
from piecework.sdk.annotations import property_of
from piecework.sdk.docstrings import documented
from piecework.sdk.errors import FileTooLarge, InvalidInput, PieceError, PropertyProblem
from piecework.sdk.loading import load_file
from piecework.sdk.properties import (
    UNSET,
    Array,
    DynamicProperties,
    File,
    Markdown,
    Property,
    check_definition,
    from_wire,
    title_from,
)
from piecework.sdk.services import Files

_Field = tuple[str, coercion.Coerce | None, bool, Any]
"""Name, processing (None: as it is), required, value if missing."""

NO_SETTINGS: Mapping[str, Any] = {}


class Form:
    """``properties`` by name in the order of the form."""

    __slots__ = ("_dynamic", "_fields", "_nested", "has_files", "properties")

    def __init__(self, properties: Mapping[str, Property], missing: Mapping[str, Any] | None = None) -> None:
        fallback = missing or {}
        self.properties = dict(properties)
        self._fields: list[_Field] = []
        self._nested: dict[str, Form] = {}
        self._dynamic: list[str] = []
        self.has_files = False
        for name, prop in self.properties.items():
            if isinstance(prop, Markdown):
                continue
            required = bool(prop.required) and name not in fallback
            self._fields.append((name, _processing(prop), required, fallback.get(name)))
            if isinstance(prop, Array) and prop.of:
                self._nested[name] = Form(prop.of)
            elif isinstance(prop, DynamicProperties):
                self._dynamic.append(name)
            self.has_files = self.has_files or isinstance(prop, File) or (name in self._nested and self._nested[name].has_files)

    def process(self, raw: Mapping[str, Any], settings: Mapping[str, Any] = NO_SETTINGS) -> dict[str, Any]:
        """Processed values by name: every property but Markdown is there, unknown keys are not.

        ``settings`` are the step's ``propertySettings``: ``{name: {"schema": {child: wire property}}}`` types the children of a dynamic
        property. Raises InvalidInput with all problems at once.
        """
        values: dict[str, Any] = {}
        problems: list[PropertyProblem] | None = None
        for name, coerce, required, missing in self._fields:
            value = raw.get(name)
            if value is not None and coerce is not None:
                try:
                    value = coerce(value)
                except coercion.Rejected as error:
                    problems = problems or []
                    problems.append(PropertyProblem(name, str(error)))
                    continue
            if value is None:
                if required:
                    problems = problems or []
                    problems.append(PropertyProblem(name, self._missing(name, raw)))
                    continue
                value = missing
            values[name] = value
        if self._nested or (self._dynamic and settings):
            problems = self._process_children(values, settings, problems)
        if problems:
            raise InvalidInput(problems)
        return values

    def missing(self, raw: Mapping[str, Any]) -> list[str]:
        """The required properties to which ``raw`` gives no value: absent, null or an empty text."""
        return [name for name, _, required, _ in self._fields if required and raw.get(name) in (None, "")]

    def _missing(self, name: str, raw: Mapping[str, Any]) -> str:
        received = coercion.shown(raw[name]) if name in raw else "undefined"
        return f"Expected {_EXPECTED.get(self.properties[name].type.value, 'a value')}, received: {received}"

    def _process_children(
        self, values: dict[str, Any], settings: Mapping[str, Any], problems: list[PropertyProblem] | None
    ) -> list[PropertyProblem] | None:
        found = problems or []
        for name, form in self._nested.items():
            if values.get(name) is not None:
                values[name] = [form.process_child(f"{name}.{index}", item, found) for index, item in enumerate(values[name])]
        for name, form in self._typed(settings).items():
            if values.get(name) is not None:
                values[name] = form.process_child(name, values[name], found)
        return found or None

    def process_child(self, path: str, value: Any, problems: list[PropertyProblem]) -> Any:
        """Process an object inside another value; keys that the form does not know stay as they are."""
        if not isinstance(value, dict):
            problems.append(PropertyProblem(path, str(coercion.rejected("object", value))))
            return None
        members = cast("dict[str, Any]", value)
        try:
            known = self.process(members)
        except InvalidInput as error:
            problems.extend(PropertyProblem(f"{path}.{problem.property}", problem.message) for problem in error.problems)
            return members
        return {**members, **{name: item for name, item in known.items() if name in members or item is not None}}

    def loads_files(self, settings: Mapping[str, Any]) -> bool:
        """Whether ``load_files`` has anything to do: a file among the properties, or among the typed children of a dynamic one."""
        return self.has_files or (bool(self._dynamic) and any(form.has_files for form in self._typed(settings).values()))

    def _typed(self, settings: Mapping[str, Any]) -> dict[str, Form]:
        """The forms of the dynamic properties, where ``settings`` has them."""
        found: dict[str, Form] = {}
        for name in self._dynamic:
            setting = settings.get(name)
            schema = setting.get("schema") if isinstance(setting, Mapping) else None
            if isinstance(schema, Mapping):
                found[name] = typed_by(cast("Mapping[str, Any]", schema))
        return found

    async def load_files(self, values: dict[str, Any], files: Files, settings: Mapping[str, Any] = NO_SETTINGS) -> dict[str, Any]:
        """The values with every file reference replaced by a ``services.LoadedFile``.

        An optional one that cannot be read becomes None, as on the wire. Raises InvalidInput for a required one, and for any that is too large.
        """
        loaded = dict(values)
        problems: list[PropertyProblem] = []
        for name, prop in self.properties.items():
            if isinstance(prop, File) and loaded.get(name) is not None:
                try:
                    loaded[name] = await load_file(loaded[name], files)
                except PieceError as error:
                    loaded[name] = None
                    if prop.required or isinstance(error, FileTooLarge):
                        problems.append(PropertyProblem(name, str(error)))
        for name, form in self._nested.items():
            if form.has_files and loaded.get(name) is not None:
                items = [(f"{name}.{index}", form, item) for index, item in enumerate(loaded[name])]
                loaded[name] = [await _load_inside(*item, files, problems) for item in items]
        if self._dynamic:
            for name, form in self._typed(settings).items():
                if form.has_files and isinstance(loaded.get(name), dict):
                    loaded[name] = await _load_inside(name, form, loaded[name], files, problems)
        if problems:
            raise InvalidInput(problems)
        return loaded

    def describe(self) -> dict[str, Any]:
        return {name: prop.describe() for name, prop in self.properties.items()}


async def _load_inside(path: str, form: Form, values: dict[str, Any], files: Files, problems: list[PropertyProblem]) -> dict[str, Any]:
    try:
        return await form.load_files(values, files)
    except InvalidInput as error:
        problems.extend(PropertyProblem(f"{path}.{problem.property}", problem.message) for problem in error.problems)
        return values


_EXPECTED = {
    "SHORT_TEXT": "string",
    "LONG_TEXT": "string",
    "SECRET_TEXT": "string",
    "RICH_TEXT": "string",
    "NUMBER": "number",
    "CHECKBOX": "boolean",
    "DATE_TIME": "ISO date",
    "JSON": "JSON",
    "OBJECT": "object",
    "DYNAMIC": "object",
    "ARRAY": "array",
    "MULTI_SELECT_DROPDOWN": "array",
    "STATIC_MULTI_SELECT_DROPDOWN": "array",
    "FILE": "file url or base64 with mimeType",
}


def _processing(prop: Property) -> coercion.Coerce | None:
    if isinstance(prop, Array) and prop.of:
        return _zipped_array
    coerce = prop.coercer()
    return None if coerce is coercion.untouched else coerce


def _zipped_array(value: Any) -> Any:
    return coercion.to_array(coercion.zipped(value))


_TYPED: dict[int, tuple[Mapping[str, Any], Form]] = {}
_TYPED_LIMIT = 4096


def typed_by(schema: Mapping[str, Any]) -> Form:
    """The form of a stored schema: ``{child: wire property}``. Steps are immutable, so that one schema object has one form."""
    known = _TYPED.get(id(schema))
    if known is not None and known[0] is schema:
        return known[1]
    if len(_TYPED) >= _TYPED_LIMIT:
        _TYPED.clear()
    form = _form_by(schema)
    _TYPED[id(schema)] = (schema, form)
    return form


def _form_by(schema: Mapping[str, Any]) -> Form:
    return Form({name: prop for name, raw in schema.items() if isinstance(raw, Mapping) and (prop := from_wire(raw)) is not None})


def form_of(function: Callable[..., Any]) -> tuple[Form, bool]:
    """Read a function's signature. Gives its form and whether it takes the context (a first parameter named ``ctx``).

    Raises PieceDefinitionError for a parameter whose annotation no field of a form stands for.
    """
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())
    takes_context = bool(parameters) and parameters[0].name == "ctx"
    help_texts = documented(function).fields
    properties: dict[str, Property] = {}
    missing: dict[str, Any] = {}
    for parameter in parameters[1:] if takes_context else parameters:
        where = f"{function.__module__}.{function.__qualname__}({parameter.name})"
        prop = property_of(hints.get(parameter.name, parameter.empty), where)
        has_default = parameter.default is not inspect.Parameter.empty
        name = wire_name(parameter.name)
        if has_default:
            missing[name] = parameter.default
        completed = _completed(name, prop, has_default, parameter.default)
        if completed.help is None and parameter.name in help_texts:
            completed = dataclasses.replace(completed, help=help_texts[parameter.name])
        properties[name] = completed
        check_definition(where, completed)
    return Form(properties, missing), takes_context


def wire_name(parameter: str) -> str:
    """The property that a parameter stands for: its name, without the underscore of one that Python keeps for itself (``from_``)."""
    bare = parameter.removesuffix("_")
    return bare if keyword.iskeyword(bare) else parameter


def by_wire_names(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, called with properties by name. It is the function itself unless a parameter's name differs from its property's."""
    renamed = {wire_name(name): name for name in inspect.signature(function).parameters if wire_name(name) != name}
    if not renamed:
        return function
    return lambda *args, **props: function(*args, **{renamed.get(name, name): value for name, value in props.items()})


def _completed(name: str, prop: Property, has_default: bool, default: Any) -> Property:
    """The property with what the signature says about it filled in."""
    changes: dict[str, Any] = {}
    if prop.title is None:
        changes["title"] = "Markdown" if isinstance(prop, Markdown) else title_from(name)
    if prop.required is None:
        changes["required"] = not has_default
    if prop.default is UNSET and has_default and default is not None:
        changes["default"] = list(default) if isinstance(default, tuple) else default
    return dataclasses.replace(prop, **changes) if changes else prop
