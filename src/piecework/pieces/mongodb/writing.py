"""Documents: add, change, replace, delete."""

from typing import Annotated, Any, Literal

from piecework.pieces.mongodb.connecting import connected, database_of
from piecework.pieces.mongodb.documents import Collection, Context, Database, Filter, Update, document, from_json, to_json
from piecework.pieces.mongodb.piece import piece
from piecework.pieces.mongodb.reading import taken
from piecework.sdk import Checkbox, Json, PieceError, StaticDropdown

Upsert = Annotated[bool, Checkbox("Upsert", "Add a document if there is none.")]


def changes(update: Any) -> Any:
    """An update, or a pipeline of them. Raises PieceError for others."""
    if not update or not isinstance(update, dict | list):
        raise PieceError('update: must be an object such as {"$set": {…}}')
    return from_json(update, "update")


def counted(result: Any) -> dict[str, Any]:
    """What an update did."""
    upserted = result.upserted_id
    return {
        "matchedCount": result.matched_count,
        "modifiedCount": result.modified_count,
        "upsertedCount": 0 if upserted is None else 1,
        "upsertedId": to_json(upserted),
    }


@piece.action
async def insert_documents(
    ctx: Context,
    *,
    database: Database = None,
    collection: Collection,
    documents: Annotated[Any, Json("Documents", "One, or a list of them.", required=True)],
) -> dict[str, Any]:
    """Add documents. The output has their ids."""
    async with connected(ctx.network, ctx.auth) as client:
        target = database_of(client, ctx.auth, database)[collection]
        if not isinstance(documents, list):
            added = await target.insert_one(document(documents, "documents"))
            return {"acknowledged": added.acknowledged, "insertedId": to_json(added.inserted_id)}
        if not documents:
            return {"insertedCount": 0, "insertedIds": []}
        entries = [document(entry, f"documents.{index}") for index, entry in enumerate(documents)]
        ids = (await target.insert_many(entries)).inserted_ids
    return {"insertedCount": len(ids), "insertedIds": {str(index): to_json(value) for index, value in enumerate(ids)}}


@piece.action
async def update_documents(
    ctx: Context, *, database: Database = None, collection: Collection, filter: Filter, update: Update, upsert: Upsert = False
) -> dict[str, Any]:
    """Change all documents that the filter finds. The output says how many."""
    async with connected(ctx.network, ctx.auth) as client:
        target = database_of(client, ctx.auth, database)[collection]
        return counted(await target.update_many(document(filter, "filter"), changes(update), upsert=bool(upsert)))


@piece.action
async def delete_documents(ctx: Context, *, database: Database = None, collection: Collection, filter: Filter) -> dict[str, Any]:
    """Delete all documents that the filter finds; an empty filter finds all. The output says how many."""
    async with connected(ctx.network, ctx.auth) as client:
        result = await database_of(client, ctx.auth, database)[collection].delete_many(document(filter, "filter"))
    return {"deletedCount": result.deleted_count}


@piece.action
async def find_and_update_documents(
    ctx: Context,
    *,
    database: Database = None,
    collection: Collection,
    filter: Filter,
    update: Update,
    upsert: Upsert = False,
    returnUpdated: Annotated[bool, Checkbox("Return Updated Documents", "Find them again afterwards.", required=False)] = True,
) -> dict[str, Any]:
    """Change all documents that the filter finds, and give what the filter finds afterwards."""
    async with connected(ctx.network, ctx.auth) as client:
        target, wanted = database_of(client, ctx.auth, database)[collection], document(filter, "filter")
        output = counted(await target.update_many(wanted, changes(update), upsert=bool(upsert)))
        return {**output, "documents": await taken(target.find(wanted))} if returnUpdated is not False else output


@piece.action
async def find_and_replace_documents(
    ctx: Context,
    *,
    database: Database = None,
    collection: Collection,
    filter: Filter,
    replacement: Annotated[Any, Json("Replacement Document", "The whole new document.", required=True)],
    upsert: Upsert = False,
    returnDocument: Annotated[
        Literal["before", "after"],
        StaticDropdown("Return Document", "Which one.", options={"Before Update": "before", "After Update": "after"}, required=False),
    ] = "after",
) -> dict[str, Any]:
    """Replace the first document that the filter finds."""
    async with connected(ctx.network, ctx.auth) as client:
        target, wanted = database_of(client, ctx.auth, database)[collection], document(filter, "filter")
        before = await target.find_one(wanted)
        chosen = wanted if before is None else {"_id": before["_id"]}
        result = await target.replace_one(chosen, document(replacement, "replacement"), upsert=bool(upsert))
        found = before
        if returnDocument != "before":
            found = await target.find_one({"_id": result.upserted_id} if result.upserted_id is not None else chosen)
    output = counted(result)
    return {**{name: output[name] for name in ("matchedCount", "modifiedCount", "upsertedId")}, "document": to_json(found)}
