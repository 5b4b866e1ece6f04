"""Routes under /user-invitations."""

from typing import Annotated

from fastapi import Query, Response

from piecework.server.kernel.http import Caller, CallerOf, EntityId, Page, Principal, Provided, RateLimited, Routes, no_content, reply
from piecework.server.modules.invitations.schemas import (
    Accepted,
    AcceptInvitation,
    Invitation,
    InvitationQuery,
    InvitationType,
    SendInvitation,
)
from piecework.server.modules.invitations.service import InvitationService

routes = Routes("invitations", "/user-invitations")
Invitations = Annotated[InvitationService, Provided(InvitationService)]


@routes.post("", status_code=201, response_model=Invitation, summary="Invite somebody")
async def send_invitation(caller: CallerOf, invitations: Invitations, request: SendInvitation) -> Response:
    """Invites somebody to the platform (administrators) or to a project (its members) and returns the link to hand over."""
    inviter = await _inviter(caller, request.type, request.project_id)
    return reply(await invitations.send(inviter.platform_id, request), 201)


@routes.get("", response_model=Page[Invitation], summary="List invitations")
async def list_invitations(caller: CallerOf, invitations: Invitations, query: Annotated[InvitationQuery, Query()]) -> Response:
    """Returns the invitations to the platform (administrators) or to a project (its members), oldest first."""
    inviter = await _inviter(caller, query.type, query.project_id)
    return reply(await invitations.page(inviter.platform_id, query))


@routes.post("/accept", response_model=Accepted, summary="Accept an invitation", dependencies=[RateLimited("accept-invitation")])
async def accept_invitation(invitations: Invitations, request: AcceptInvitation) -> Response:
    """Accepts the invitation whose link the caller holds. Somebody without an account signs up next."""
    return reply(await invitations.accept(request.invitation_token))


@routes.delete("/{id}", status_code=204, response_class=Response, summary="Take back an invitation")
async def delete_invitation(caller: CallerOf, invitations: Invitations, invitation_id: EntityId) -> Response:
    """Deletes an invitation, accepted or not."""
    user = await caller.user()
    invitation = await invitations.get(invitation_id, user.platform_id)
    await _inviter(caller, invitation["type"], invitation["projectId"])
    await invitations.delete(invitation_id)
    return no_content()


async def _inviter(caller: Caller, invitation_type: str, project_id: str | None) -> Principal:
    """Who may deal with invitations of this type: members with those to their project, administrators with the rest."""
    if invitation_type == InvitationType.PROJECT and project_id is not None:
        return await caller.enter(project_id)
    return await caller.admin()
