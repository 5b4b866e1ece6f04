"""What the modules' endpoints are written with: routes, replies, request models, pages, who calls, and the services that answer."""

from piecework.server.kernel.http.caller import Access, Caller, CallerOf, Principal, PrincipalType
from piecework.server.kernel.http.fields import Body, EntityId, IdText, Name, PlainText, Query, as_whole
from piecework.server.kernel.http.pages import Cursor, Page, PageQuery, page_of
from piecework.server.kernel.http.rate_limit import RateLimited, RateLimiter
from piecework.server.kernel.http.replies import JsonResponse, no_content, reply
from piecework.server.kernel.http.routes import Routes, problem_schemas
from piecework.server.kernel.http.services import Provided

__all__ = [
    "Access",
    "Body",
    "Caller",
    "CallerOf",
    "Cursor",
    "EntityId",
    "IdText",
    "JsonResponse",
    "Name",
    "Page",
    "PageQuery",
    "PlainText",
    "Principal",
    "PrincipalType",
    "Provided",
    "Query",
    "RateLimited",
    "RateLimiter",
    "Routes",
    "as_whole",
    "no_content",
    "page_of",
    "problem_schemas",
    "reply",
]
