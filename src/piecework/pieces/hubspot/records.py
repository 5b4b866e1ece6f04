"""Contacts and companies: create, read, change."""

from typing import Annotated, Any
from urllib.parse import quote

from piecework.pieces.hubspot.client import DEFAULTS, Kind, call, described, form, record, sent
from piecework.pieces.hubspot.piece import piece
from piecework.sdk import ActionContext, DynamicProperties, Markdown, MultiSelect, Option, Property, ShortText

NOTE = "The output has the usual properties. **Choose others here.**"
Note = Annotated[None, Markdown(None, NOTE)]


async def contact_form(ctx: ActionContext) -> dict[str, Property]:
    """The fields of a contact."""
    return await form(ctx, "contacts")


async def contact_form_without_email(ctx: ActionContext) -> dict[str, Property]:
    """The same where the address has a field of its own."""
    return await form(ctx, "contacts", frozenset({"email"}))


async def company_form(ctx: ActionContext) -> dict[str, Property]:
    """The fields of a company."""
    return await form(ctx, "companies")


async def contact_properties(ctx: ActionContext) -> list[Option]:
    """Properties of contacts that are not among the usual ones."""
    return await _others(ctx, "contacts")


async def company_properties(ctx: ActionContext) -> list[Option]:
    """Properties of companies that are not among the usual ones."""
    return await _others(ctx, "companies")


async def _others(ctx: ActionContext, kind: Kind) -> list[Option]:
    usual = DEFAULTS[kind].split()
    return [Option(title, prop["name"]) for title, prop in await described(ctx, kind) if prop["name"] not in usual]


ContactValues = Annotated[dict[str, Any] | None, DynamicProperties("Object Properties", form=contact_form)]
CompanyValues = Annotated[dict[str, Any] | None, DynamicProperties("Object Properties", form=company_form)]
MoreOfContact = Annotated[list[str] | None, MultiSelect("Additional properties to retrieve", options=contact_properties)]
MoreOfCompany = Annotated[list[str] | None, MultiSelect("Additional properties to retrieve", options=company_properties)]


async def created(ctx: ActionContext, kind: Kind, values: dict[str, Any] | None, more: list[str] | None) -> Any:
    """A new record."""
    made = await call(ctx, "POST", f"/crm/v3/objects/{kind}", {"properties": sent(values)})
    return await record(ctx, kind, made["id"], more)


async def changed(ctx: ActionContext, kind: Kind, record_id: str, values: dict[str, Any] | None, more: list[str] | None) -> Any:
    """A record after its change."""
    await call(ctx, "PATCH", f"/crm/v3/objects/{kind}/{quote(record_id, safe='')}", {"properties": sent(values)})
    return await record(ctx, kind, record_id, more)


@piece.action(name="create-contact", display_name="Create Contact")
async def create_contact(
    ctx: ActionContext, objectProperties: ContactValues = None, markdown: Note = None, additionalPropertiesToRetrieve: MoreOfContact = None
) -> Any:
    """Create a contact."""
    return await created(ctx, "contacts", objectProperties, additionalPropertiesToRetrieve)


@piece.action(name="update-contact", display_name="Update Contact")
async def update_contact(
    ctx: ActionContext,
    contactId: Annotated[str, ShortText("Contact ID", "Which contact.")],
    objectProperties: ContactValues = None,
    markdown: Note = None,
    additionalPropertiesToRetrieve: MoreOfContact = None,
) -> Any:
    """Change a contact. What is left empty stays as it is."""
    return await changed(ctx, "contacts", contactId, objectProperties, additionalPropertiesToRetrieve)


@piece.action(name="create-or-update-contact", display_name="Create or Update Contact")
async def create_or_update_contact(
    ctx: ActionContext,
    email: Annotated[str, ShortText("Contact Email", "By which the contact is known.")],
    objectProperties: Annotated[dict[str, Any] | None, DynamicProperties("Object Properties", form=contact_form_without_email)] = None,
) -> Any:
    """Change the contact with an e-mail address, or create it."""
    search = {"limit": 1, "filterGroups": [{"filters": [{"propertyName": "email", "operator": "EQ", "value": email}]}]}
    found = (await call(ctx, "POST", "/crm/v3/objects/contacts/search", search))["results"]
    values = sent(objectProperties)
    if found:
        return await call(ctx, "PATCH", f"/crm/v3/objects/contacts/{quote(str(found[0]['id']), safe='')}", {"properties": values})
    return await call(ctx, "POST", "/crm/v3/objects/contacts", {"properties": {**values, "email": email}})


@piece.action(name="get-contact", display_name="Get Contact")
async def get_contact(
    ctx: ActionContext,
    contactId: Annotated[str, ShortText("Contact ID", "Which contact.")],
    markdown: Note = None,
    additionalPropertiesToRetrieve: MoreOfContact = None,
) -> Any:
    """Fetch a contact."""
    return await record(ctx, "contacts", contactId, additionalPropertiesToRetrieve)


@piece.action(name="create-company", display_name="Create Company")
async def create_company(
    ctx: ActionContext, objectProperties: CompanyValues = None, markdown: Note = None, additionalPropertiesToRetrieve: MoreOfCompany = None
) -> Any:
    """Create a company."""
    return await created(ctx, "companies", objectProperties, additionalPropertiesToRetrieve)


@piece.action(name="update-company", display_name="Update Company")
async def update_company(
    ctx: ActionContext,
    companyId: Annotated[str, ShortText("Company ID", "Which company.")],
    objectProperties: CompanyValues = None,
    markdown: Note = None,
    additionalPropertiesToRetrieve: MoreOfCompany = None,
) -> Any:
    """Change a company. What is left empty stays as it is."""
    return await changed(ctx, "companies", companyId, objectProperties, additionalPropertiesToRetrieve)
