"""New contacts and companies."""

from datetime import datetime
from typing import Annotated, Any

from piecework.pieces.hubspot.client import Kind, call, properties_of
from piecework.pieces.hubspot.piece import piece
from piecework.pieces.hubspot.records import MoreOfCompany, MoreOfContact
from piecework.sdk import ByTime, Markdown, TriggerContext

MOST = 5000
"""How many records a poll looks at: more than these between two polls are not seen."""
PER_PAGE = 100
Note = Annotated[None, Markdown(None, "Each has the usual properties. **Choose others here.**")]


async def newest(ctx: TriggerContext, kind: Kind, more: list[str] | None) -> list[dict[str, Any]]:
    """The records since the newest that is known, page by page; the newest ones when none is known yet."""
    found: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    if ctx.since is not None:
        since = {"propertyName": "createdate", "operator": "GTE", "value": str(int(ctx.since.timestamp() * 1000))}
        after = {"filterGroups": [{"filters": [since]}]}
    while len(found) < MOST:
        search = {"limit": PER_PAGE, "properties": properties_of(kind, more), "sorts": ["-createdate"], **after}
        page = await call(ctx, "POST", f"/crm/v3/objects/{kind}/search", search)
        found += page["results"]
        following = ((page.get("paging") or {}).get("next") or {}).get("after")
        if not following or ctx.since is None:
            break
        after = {**after, "after": following}
    return found


def created(record: dict[str, Any]) -> datetime:
    """When a record was created."""
    return datetime.fromisoformat(record["properties"]["createdate"])


@piece.poll(name="new-company", display_name="New Company", dedupe=ByTime(created))
async def new_company(
    ctx: TriggerContext, markdown: Note = None, additionalPropertiesToRetrieve: MoreOfCompany = None
) -> list[dict[str, Any]]:
    """Starts for each company that is created."""
    return await newest(ctx, "companies", additionalPropertiesToRetrieve)


@piece.poll(name="new-contact", display_name="New Contact", dedupe=ByTime(created))
async def new_contact(
    ctx: TriggerContext, markdown: Note = None, additionalPropertiesToRetrieve: MoreOfContact = None
) -> list[dict[str, Any]]:
    """Starts for each contact that is created."""
    return await newest(ctx, "contacts", additionalPropertiesToRetrieve)
