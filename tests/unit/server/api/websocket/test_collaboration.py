"""Locks and presence."""

from piecework.server.api.websocket.collaboration import LOCK_SECONDS, MAX_RESOURCES_EACH, Lock, Locks, Presence

FLOW = ("project", "flow")


def lock(user: str, connection: str = "") -> Lock:
    return Lock(connection or user, user, user.title(), "USER", None, 0.0)


def test_a_lock_belongs_to_one_until_he_gives_it_back() -> None:
    locks = Locks(lambda: 0.0)
    assert locks.acquire(FLOW, lock("ada"), force=False)[0]
    acquired, held = locks.acquire(FLOW, lock("bob"), force=False)
    assert not acquired
    assert held is not None
    assert held.view() == {"userId": "ada", "userDisplayName": "Ada", "lockerKind": "USER"}
    assert locks.held(("other project", "flow")) is None
    assert not locks.release(FLOW, "bob")
    assert locks.release(FLOW, "ada")
    assert locks.acquire(FLOW, lock("bob"), force=False)[0]
    assert locks.acquire(FLOW, lock("ada"), force=True)[0]


def test_a_lock_that_is_not_renewed_ends() -> None:
    now = [0.0]
    locks = Locks(lambda: now[0])
    locks.acquire(FLOW, lock("ada"), force=False)
    now[0] = LOCK_SECONDS - 1
    locks.acquire(FLOW, lock("ada"), force=False)
    now[0] += LOCK_SECONDS - 1
    assert locks.held(FLOW) is not None
    now[0] += 1
    assert locks.held(FLOW) is None


def test_a_connection_that_ends_gives_back_what_it_held() -> None:
    locks = Locks(lambda: 0.0)
    for number in range(MAX_RESOURCES_EACH):
        assert locks.acquire(("project", str(number)), lock("ada"), force=False)[0]
    assert locks.acquire(FLOW, lock("ada"), force=False) == (False, None)
    assert len(locks.release_all("ada")) == MAX_RESOURCES_EACH


def test_one_person_with_two_windows_is_there_once() -> None:
    presence = Presence()
    presence.join(FLOW, "window 1", {"userId": "ada"})
    presence.join(FLOW, "window 2", {"userId": "ada"})
    presence.join(FLOW, "window 3", {"userId": "bob"})
    assert presence.users(FLOW) == [{"userId": "ada"}, {"userId": "bob"}]
    assert presence.leave(FLOW, "window 1")
    assert not presence.leave(FLOW, "window 1")
    assert presence.users(FLOW) == [{"userId": "ada"}, {"userId": "bob"}]
    assert presence.leave_all("window 2") == [FLOW]
    assert presence.users(FLOW) == [{"userId": "bob"}]
