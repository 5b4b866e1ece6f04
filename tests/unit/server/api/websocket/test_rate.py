"""How often a run may speak."""

from piecework.server.api.websocket.rate import BURST, MESSAGES_PER_SECOND, StepRate


def test_a_short_flow_is_told_in_full() -> None:
    rate = StepRate(0.0)
    assert all(rate.offer(f"step_{number}", number, 0.0) for number in range(BURST))
    assert not rate.is_waiting


def test_what_is_too_much_waits_as_the_latest_state_of_each_step() -> None:
    rate = StepRate(0.0)
    for number in range(BURST):
        rate.offer("first", number, 0.0)
    assert not rate.offer("a", "a running", 0.0)
    assert not rate.offer("b", "b running", 0.0)
    assert not rate.offer("a", "a done", 0.0)
    assert rate.due(0.0) == []
    assert rate.due(1 / MESSAGES_PER_SECOND) == ["a done"]
    assert rate.is_waiting
    assert rate.rest() == ["b running"]
    assert not rate.is_waiting


def test_an_endless_loop_gets_its_share_of_every_second() -> None:
    rate = StepRate(0.0)
    sent = 0
    for tick in range(10_000):  # ten seconds
        sent += rate.offer("inside", tick, tick / 1000)
        sent += len(rate.due(tick / 1000))
    assert sent <= BURST + 10 * MESSAGES_PER_SECOND
    assert rate.rest() in ([9_999], [])
