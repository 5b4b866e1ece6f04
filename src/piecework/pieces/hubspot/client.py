"""Calls of HubSpot's CRM (developers.hubspot.com/docs/reference/api/crm), and what a record's properties look like in a form."""

from typing import Any, Literal
from urllib.parse import quote

from piecework.pieces.hubspot.piece import API, headers
from piecework.sdk import (
    ActionContext,
    DateTime,
    LongText,
    Number,
    Option,
    Property,
    ShortText,
    StaticDropdown,
    StaticMultiSelect,
    TriggerContext,
)

Context = ActionContext | TriggerContext
Kind = Literal["contacts", "companies"]
DEFAULTS: dict[Kind, str] = {
    "contacts": (
        "firstname lastname email company website mobilephone phone fax address city state zip salutation country jobtitle hs_createdate "
        "hs_email_domain hs_object_id lastmodifieddate hs_persona hs_language lifecyclestage createdate numemployees annualrevenue industry"
    ),
    "companies": (
        "name domain industry about_us phone address address2 city state zip country website type description founded_year hs_createdate "
        "hs_lastmodifieddate hs_object_id is_public timezone total_money_raised total_revenue owneremail ownername numberofemployees "
        "annualrevenue lifecyclestage createdate web_technologies"
    ),
}
YES_NO = {"Yes": "true", "No": "false", "Unanswered": ""}
PER_PAGE, MOST_OWNERS = 100, 1000


async def call(ctx: Context, method: str, path: str, body: Any = None, **params: Any) -> Any:
    """Call ``path``; the answer's body. Raises HttpFailed."""
    answer = await ctx.http.exchange(method, f"{API}{path}", headers=headers(ctx.auth), json=body, params=params or None)
    return answer["body"]


async def record(ctx: Context, kind: Kind, record_id: Any, more: list[str] | None) -> Any:
    """A record with the usual properties and ``more``."""
    wanted = properties_of(kind, more)
    return await call(ctx, "GET", f"/crm/v3/objects/{kind}/{quote(str(record_id), safe='')}", properties=",".join(wanted))


def properties_of(kind: Kind, more: list[str] | None) -> list[str]:
    """The names of the usual properties and ``more``."""
    return list(dict.fromkeys([*DEFAULTS[kind].split(), *(more or [])]))


def sent(values: dict[str, Any] | None) -> dict[str, Any]:
    """What was filled in, as HubSpot takes it: several choices in one text."""
    return {name: ";".join(map(str, value)) if isinstance(value, list) else value for name, value in (values or {}).items() if value != []}


async def described(ctx: Context, kind: Kind) -> list[tuple[str, dict[str, Any]]]:
    """All properties, with titles that name their groups."""
    groups = {group["name"]: group["label"] for group in (await call(ctx, "GET", f"/crm/v3/properties/{kind}/groups"))["results"]}
    found = (await call(ctx, "GET", f"/crm/v3/properties/{kind}"))["results"]
    return [(f"{groups.get(prop.get('groupName'), '')}: {prop['label']}", prop) for prop in found]


async def form(ctx: Context, kind: Kind, without: frozenset[str] = frozenset()) -> dict[str, Property]:
    """The fields of a record that can be written."""
    fields: dict[str, Property] = {}
    owners: list[Option] | None = None
    for title, prop in await described(ctx, kind):
        if prop["name"] in without or prop.get("hidden") or (prop.get("modificationMetadata") or {}).get("readOnlyValue"):
            continue
        if prop.get("referencedObjectType"):
            if prop["referencedObjectType"] == "OWNER":
                owners = await _owners(ctx) if owners is None else owners
                fields[prop["name"]] = StaticDropdown(title, required=False, options=owners, disabled=False)
        elif (field := _field(title, prop)) is not None:
            fields[prop["name"]] = field
    return fields


async def _owners(ctx: Context) -> list[Option]:
    found: list[Option] = []
    after: dict[str, Any] = {}
    while len(found) < MOST_OWNERS:
        page = await call(ctx, "GET", "/crm/v3/owners", limit=PER_PAGE, **after)
        found += [Option(owner["email"], owner["id"]) for owner in page["results"] if owner.get("email")]
        following = ((page.get("paging") or {}).get("next") or {}).get("after")
        if not following:
            break
        after = {"after": following}
    return found


def _field(title: str, prop: dict[str, Any]) -> Property | None:
    options = [Option(option["label"], option["value"]) for option in prop.get("options") or ()]
    match prop.get("fieldType"):
        case "booleancheckbox":
            return StaticDropdown(title, required=False, options=YES_NO, disabled=False)
        case "date":
            return DateTime(title, "Only the day counts." if prop.get("type") == "date" else None, required=False)
        case "number":
            return Number(title, required=False)
        case "text" | "phonenumber":
            return ShortText(title, required=False)
        case "textarea" | "html":
            return LongText(title, required=False)
        case "checkbox":
            return StaticMultiSelect(title, required=False, options=options, disabled=False)
        case "select" | "radio":
            return StaticDropdown(title, required=False, options=options)
        case _:
            return None
