"""A schedule over the life of a server process. Nobody waits for a clock here: what is due is written into the stopped server's database."""

import sqlite3
import time
from pathlib import Path

from tests.e2e.flow_building import eventually, make_flow, mapping, operate, piece_trigger, run_in, runs_of
from tests.e2e.server_process import Account, Server, StartServer


def make_due(data_dir: Path, flow_id: str) -> None:
    """The trigger was due an hour ago."""
    connection = sqlite3.connect(data_dir / "piecework.db")
    changed = connection.execute("UPDATE trigger_schedule SET dueAt = ? WHERE flowId = ?", ((time.time() - 3600) * 1000 // 1, flow_id))
    assert changed.rowcount == 1
    connection.commit()
    connection.close()


def test_a_tick_that_was_missed_fires_once(start_server: StartServer) -> None:
    def signed_in(server: Server) -> Account:
        return Account(session, server.client(session["token"]))

    server = start_server(log_level="warn")
    session = server.sign_up("owner@example.com")
    account = signed_in(server)
    trigger = piece_trigger("schedule", "0.1.17", "every_x_minutes", minutes=59)
    flow = make_flow(account, trigger, mapping("one", zone="{{trigger['timezone']}}"))
    assert flow["status"] == "ENABLED"
    assert flow["triggerSource"]["schedule"] == {"type": "INTERVAL", "intervalMs": 59 * 60_000}
    account.client.close()

    for life in range(2):
        server.stop()
        if life == 0:
            make_due(server.data_dir, flow["id"])
        server = start_server(server.data_dir, log_level="warn")
        account = signed_in(server)
        (run,) = eventually(lambda: runs_of(account, flow["id"]))  # noqa: B023
        assert run_in(account, run["id"], "SUCCEEDED")["steps"]["one"]["output"] == {"zone": "UTC"}
        if life == 1:
            operate(account, flow["id"], "CHANGE_STATUS", {"status": "DISABLED"})
        account.client.close()
    connection = sqlite3.connect(server.data_dir / "piecework.db")
    assert connection.execute("SELECT count(*) FROM trigger_schedule").fetchone() == (0,)
    connection.close()
