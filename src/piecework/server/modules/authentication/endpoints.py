"""Routes under /authentication; the two public ones are limited for each caller's address."""

from typing import Annotated

from fastapi import Response

from piecework.server.kernel.http import CallerOf, Provided, RateLimited, Routes, reply
from piecework.server.modules.authentication.schemas import AuthenticationResponse, SignIn, SignUp, SwitchPlatform
from piecework.server.modules.authentication.service import AuthenticationService

routes = Routes("authentication", "/authentication")
Authentication = Annotated[AuthenticationService, Provided(AuthenticationService)]


@routes.post("/sign-up", response_model=AuthenticationResponse, summary="Sign up", dependencies=[RateLimited("sign-up")])
async def sign_up(authentication: Authentication, request: SignUp) -> Response:
    """Adds a user and signs him in. The first one founds the platform; later ones need an invitation."""
    return reply(await authentication.sign_up(request))


@routes.post("/sign-in", response_model=AuthenticationResponse, summary="Sign in", dependencies=[RateLimited("sign-in")])
async def sign_in(authentication: Authentication, request: SignIn) -> Response:
    """Returns the user with a token that is good for seven days."""
    return reply(await authentication.sign_in(request))


@routes.post("/switch-platform", response_model=AuthenticationResponse, summary="Switch to another platform")
async def switch_platform(caller: CallerOf, authentication: Authentication, request: SwitchPlatform) -> Response:
    """Returns a token of the same person on another of his platforms."""
    return reply(await authentication.switch_platform((await caller.user()).id, request.platform_id))
