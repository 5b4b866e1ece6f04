"""What people do with connections, variables and OAuth applications."""

from dataclasses import dataclass

from piecework.server.bootstrap.accounts import Accounts
from piecework.server.bootstrap.execution import Execution
from piecework.server.bootstrap.flows import Flows
from piecework.server.bootstrap.foundation import Foundation
from piecework.server.modules.connections.service import ConnectionReplacer, ConnectionService, Credentials, OAuthAppService
from piecework.server.modules.flows.service import FlowUsage
from piecework.server.modules.variables.service import VariableService, VariableValues


@dataclass(frozen=True)
class SecretServices:
    """See the file's first line."""

    connections: ConnectionService
    replacer: ConnectionReplacer
    oauth_apps: OAuthAppService
    variables: VariableService
    credentials: Credentials
    variable_values: VariableValues


def build_secrets(ground: Foundation, accounts: Accounts, execution: Execution, flows: Flows) -> SecretServices:
    """Returns the services with which people manage what flows may use."""
    database, keyring, vault = ground.database, ground.keyring, execution.vault
    usage = FlowUsage(database)
    connections = ConnectionService(
        database,
        keyring,
        vault.claims,
        vault.credentials,
        execution.catalogue.get,
        accounts.users,
        usage,
        accounts.projects.all_of_platform,
    )
    accounts.projects.changed.connect(vault.credentials.forget)
    accounts.projects.on_added.append(connections.share_preselected)
    return SecretServices(
        connections=connections,
        replacer=ConnectionReplacer(connections, flows.flows),
        oauth_apps=OAuthAppService(database, keyring),
        variables=VariableService(database, keyring, accounts.users, usage.by_variable),
        credentials=vault.credentials,
        variable_values=vault.variables,
    )
