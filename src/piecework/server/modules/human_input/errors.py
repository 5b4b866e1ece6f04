"""What the API of forms and chats refuses."""

from piecework.server.kernel.errors import ApError, entity_not_found


def no_form(flow_id: str) -> ApError:
    """The 404 for a flow without a form, or without one that people may see (recordings/misc.json)."""
    return entity_not_found("flow_form", flow_id, "Flow form not found in draft version of flow.")


def no_chat(flow_id: str) -> ApError:
    """The same for a chat."""
    return entity_not_found("flow_form", flow_id, "Flow chat ui not found in draft version of flow.")
