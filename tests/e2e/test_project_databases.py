"""SQLite steps: a database that the flows of a project share, kept in the data folder, and nobody else's."""

from typing import Any

from tests.e2e.flow_building import Step, action, eventually, make_flow, respond, webhook_trigger
from tests.e2e.server_process import Account, StartServer


def query(name: str, text: str, **inputs: Any) -> Step:
    step = action(name, "sqlite", "0.1.0", "run_query", database="orders", query=text, **inputs)
    step["settings"]["pieceName"] = "@piecework/piece-sqlite"
    return step


def called(account: Account, *steps: Step, body: Any = None) -> Any:
    flow = make_flow(account, webhook_trigger(), *steps)
    return account.client.post(f"/webhooks/{flow['id']}/sync", json=body or {}).json()


def test_rows_are_shared_by_the_flows_of_a_project(owner: Account, member: Account) -> None:
    create = query("create", "CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, who TEXT)")
    insert = query("insert", "INSERT INTO orders (who) VALUES (?)", args=["{{trigger['body']['who']}}"])
    tables = query("tables", "SELECT name FROM sqlite_master")
    assert called(owner, create, insert, respond("answer", "{{insert}}"), body={"who": "O'Brien"})["lastRowId"] == 1
    found = called(owner, query("find", "SELECT * FROM orders"), respond("answer", "{{find['rows']}}"))
    assert found == [{"id": 1, "who": "O'Brien"}]
    assert called(member, tables, respond("answer", {"rows": "{{tables['rows']}}"})) == {"rows": []}


def test_databases_go_with_their_project(start_server: StartServer) -> None:
    server = start_server(log_level="warn")
    session = server.sign_up("ada@example.com")
    root = server.data_dir / "databases"
    with server.client(session["token"]) as client:
        team = client.post("/projects", json={"displayName": "Team"}).json()
        for project_id in (session["projectId"], team["id"]):
            called(Account(session | {"projectId": project_id}, client), query("create", "CREATE TABLE orders (id)"), respond("answer", {}))
        assert {path.name for path in root.iterdir()} == {session["projectId"], team["id"]}
        assert client.delete(f"/projects/{team['id']}").status_code == 204
    assert [path.name for path in root.iterdir()] == [session["projectId"]]

    # a crash between the rows and the folder: the next start removes it
    server.stop()
    orphan = root / team["id"]
    orphan.mkdir()
    (orphan / "orders.sqlite").write_bytes(b"")
    start_server(server.data_dir, log_level="warn")
    eventually(lambda: not orphan.exists())
    assert (root / session["projectId"] / "orders.sqlite").is_file()
