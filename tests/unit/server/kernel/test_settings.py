from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from piecework.server.kernel.settings import DatabaseType, ExecutionMode, LogLevel, Settings, SettingsError, load_settings
from piecework.server.kernel.settings.legacy import RETIRED_NAMES, RETIRED_VALUES, WITHOUT_EFFECT
from piecework.server.kernel.settings.loading import FIELD_BY_VARIABLE
from piecework.server.kernel.settings.values import allowed_values

SECRET = "correct horse battery staple, thirty-two and more"


def problems_of(**variables: str) -> dict[str, str]:
    """Loads the variables, which must fail, and returns the text of each problem by variable."""
    with pytest.raises(SettingsError) as caught:
        load_settings(variables)
    return {problem.variable: str(problem) for problem in caught.value.problems}


def reported_variables(variables: dict[str, str]) -> set[str]:
    """Loads the variables and returns those that are reported as problems; none when the settings are valid."""
    try:
        load_settings(variables)
    except SettingsError as error:
        return {problem.variable for problem in error.problems}
    return set()


def test_nothing_needs_to_be_set() -> None:
    settings = load_settings({})
    assert settings.port == 8080
    assert settings.frontend_url == "http://localhost:8080"
    assert settings.execution_mode is ExecutionMode.SANDBOX_CODE_ONLY
    assert settings.db_type is DatabaseType.EMBEDDED
    assert settings.sandbox_memory_limit == 128
    assert settings.encryption_key is None
    assert settings.warnings == ()


def test_defaults_are_valid_themselves() -> None:
    defaults = load_settings({})
    assert Settings.model_validate(defaults.model_dump(), strict=True) == defaults


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        load_settings({}).port = 1  # type: ignore[misc]


def test_every_setting_is_described() -> None:
    for variable, field in FIELD_BY_VARIABLE.items():
        description = Settings.model_fields[field].description
        assert description, variable
        assert description.endswith("."), variable
        assert allowed_values(Settings.model_fields[field]), variable


def test_the_command_line_wins_over_the_environment() -> None:
    settings = load_settings({"AP_PORT": "1111", "AP_LOG_LEVEL": "warn"}, {"port": 2222, "log_level": None, "data_dir": Path("/srv")})
    assert (settings.port, settings.log_level, settings.data_dir) == (2222, LogLevel.WARN, Path("/srv"))
    assert settings.frontend_url == "http://localhost:2222"


def test_an_override_that_is_no_setting_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="prot"):
        load_settings({}, {"prot": 1})
    with pytest.raises(TypeError, match="warnings"):
        load_settings({}, {"warnings": ()})


def test_a_bad_override_is_reported_like_a_variable() -> None:
    with pytest.raises(SettingsError, match="AP_PORT='70000'"):
        load_settings({}, {"port": 70_000})


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load_settings({"AP_PORT": "", "AP_ENCRYPTION_KEY": "  ", "AP_NO_SUCH_THING": ""}) == load_settings({})


def test_variables_of_others_are_left_alone() -> None:
    assert load_settings({"PORT": "x", "ap_port": "x", "PATH": "/bin"}) == load_settings({})


def test_all_problems_are_reported_at_once_in_the_order_of_the_reference() -> None:
    problems = problems_of(AP_LOG_LEVEL="loud", AP_PORT="abc", AP_FLOW_TIMEOUT_SECONDS="0")
    assert list(problems) == ["AP_PORT", "AP_FLOW_TIMEOUT_SECONDS", "AP_LOG_LEVEL"]
    assert problems["AP_PORT"] == "AP_PORT='abc': it is not allowed; allowed: a whole number from 0 to 65535"
    assert "a number above 0, up to 86400" in problems["AP_FLOW_TIMEOUT_SECONDS"]
    assert "`trace`, `debug`, `info`, `warn`, `error` or `fatal`" in problems["AP_LOG_LEVEL"]


def test_the_message_has_a_line_for_each_problem() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"AP_PORT": "abc", "AP_LOG_PRETTY": "perhaps"})
    assert str(caught.value).splitlines() == ["2 settings cannot be used:", *(f"  {problem}" for problem in caught.value.problems)]


@pytest.mark.parametrize("variable", ["AP_ENCRYPTION_KEY", "AP_JWT_SECRET", "AP_APP_WEBHOOK_SECRETS"])
def test_a_secret_is_never_shown(variable: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({variable: "hunter2"})
    error: BaseException | None = caught.value
    while error:
        assert "hunter2" not in str(error)
        error = error.__cause__ or error.__context__
    assert "********" in str(caught.value)


def test_a_valid_secret_is_never_shown_either() -> None:
    settings = load_settings({"AP_JWT_SECRET": SECRET, "AP_APP_WEBHOOK_SECRETS": '{"slack": {"webhookSecret": "hunter2"}}'})
    assert settings.jwt_secret is not None
    assert settings.jwt_secret.get_secret_value() == SECRET
    assert settings.app_webhook_secrets["slack"].webhookSecret.get_secret_value() == "hunter2"
    assert SECRET not in repr(settings)
    assert "hunter2" not in repr(settings)


def test_a_long_value_is_cut() -> None:
    assert len(problems_of(AP_PORT="9" * 10_000)["AP_PORT"]) < 250


@pytest.mark.parametrize("key", ["0" * 32, "aB" * 32])
def test_encryption_keys_of_both_lengths_are_taken(key: str) -> None:
    settings = load_settings({"AP_ENCRYPTION_KEY": key})
    assert settings.encryption_key is not None
    assert settings.encryption_key.get_secret_value() == key


@pytest.mark.parametrize("key", ["0" * 31, "0" * 33, "0" * 48, "g" * 32, "0" * 65])
def test_other_encryption_keys_are_refused(key: str) -> None:
    assert "32 or 64 hexadecimal digits" in problems_of(AP_ENCRYPTION_KEY=key)["AP_ENCRYPTION_KEY"]


def test_a_short_token_secret_is_refused() -> None:
    assert "at least 32 characters" in problems_of(AP_JWT_SECRET="x" * 31)["AP_JWT_SECRET"]


@pytest.mark.parametrize("text", ["nan", "NaN", "inf", "-inf", "Infinity", "1e999", "-1", "-0.001", "thirty", "36501"])
def test_the_pause_limit_is_finite_and_not_negative(text: str) -> None:
    assert "a number from 0 to 36500" in problems_of(AP_PAUSED_FLOW_TIMEOUT_DAYS=text)["AP_PAUSED_FLOW_TIMEOUT_DAYS"]


@given(st.floats(min_value=0, max_value=36_500))
def test_any_pause_limit_within_bounds_is_taken(days: float) -> None:
    assert load_settings({"AP_PAUSED_FLOW_TIMEOUT_DAYS": repr(days)}).paused_flow_timeout_days == days


@given(st.integers())
def test_a_port_is_taken_exactly_within_its_bounds(port: int) -> None:
    if 0 <= port <= 65_535:
        assert load_settings({"AP_PORT": str(port)}).port == port
    else:
        assert "AP_PORT" in problems_of(AP_PORT=str(port))


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_synchronous_webhook_waits_at_most_900_seconds(seconds: float) -> None:
    if 0 < seconds <= 900:
        assert load_settings({"AP_WEBHOOK_TIMEOUT_SECONDS": repr(seconds)}).webhook_timeout_seconds == seconds
    else:
        assert "up to 900" in problems_of(AP_WEBHOOK_TIMEOUT_SECONDS=repr(seconds))["AP_WEBHOOK_TIMEOUT_SECONDS"]


@given(st.integers(min_value=16, max_value=16_384))
def test_sandbox_memory_is_megabytes(megabytes: int) -> None:
    assert load_settings({"AP_SANDBOX_MEMORY_LIMIT": str(megabytes)}).sandbox_memory_limit == megabytes
    assert load_settings({}, {"sandbox_memory_limit": megabytes}).sandbox_memory_limit == megabytes


@given(st.integers(min_value=16_385, max_value=16_384 * 1024))
def test_sandbox_memory_above_any_machine_is_the_wire_s_kilobytes(kilobytes: int) -> None:
    assert load_settings({"AP_SANDBOX_MEMORY_LIMIT": str(kilobytes)}).sandbox_memory_limit == kilobytes // 1024


@pytest.mark.parametrize("text", ["0", "15", "-1", "64 MB", "99999999999"])
def test_sandbox_memory_out_of_bounds_is_refused(text: str) -> None:
    assert "KB as on the wire" in problems_of(AP_SANDBOX_MEMORY_LIMIT=text)["AP_SANDBOX_MEMORY_LIMIT"]


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("1 minute", timedelta(minutes=1)),
        ("30s", timedelta(seconds=30)),
        ("60000", timedelta(minutes=1)),
        ("1.5 Hours", timedelta(minutes=90)),
    ],
)
def test_a_rate_limit_window_reads_as_on_the_wire(text: str, window: timedelta) -> None:
    assert load_settings({"AP_API_RATE_LIMIT_AUTHN_WINDOW": text}).api_rate_limit_authn_window == window


@pytest.mark.parametrize("text", ["0", "soon", "1 fortnight", "2 days", "-1 minute", "9" * 400 + " days"])
def test_other_rate_limit_windows_are_refused(text: str) -> None:
    assert "a duration" in problems_of(AP_API_RATE_LIMIT_AUTHN_WINDOW=text)["AP_API_RATE_LIMIT_AUTHN_WINDOW"]


@pytest.mark.parametrize("url", ["https://flows.example.com", "http://10.0.0.1:8080/", "https://example.com/flows/"])
def test_a_public_url_loses_its_closing_slash(url: str) -> None:
    assert load_settings({"AP_FRONTEND_URL": url}).frontend_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["localhost:8080", "/flows", "ftp://example.com", "http://", "http://a b", "http://a?b=c", "http://a#b", "http://a:x", "http://[::1"],
)
def test_other_public_urls_are_refused(url: str) -> None:
    assert "an absolute http or https URL" in problems_of(AP_FRONTEND_URL=url)["AP_FRONTEND_URL"]


def test_network_exceptions_are_addresses_ranges_and_hosts() -> None:
    text = "10.0.0.0/8, ::1, internal.example.com, ,fd00::/8"
    assert load_settings({"AP_SSRF_ALLOW_LIST": text}).ssrf_allow_list == ("10.0.0.0/8", "::1", "internal.example.com", "fd00::/8")


@pytest.mark.parametrize("text", ["10.0.0.300", "10.0.0.0/33", "http://a.example", "a..b", "-a.example"])
def test_other_network_exceptions_are_refused_by_name(text: str) -> None:
    assert f"'{text}' is neither" in problems_of(AP_SSRF_ALLOW_LIST=f"10.0.0.1,{text}")["AP_SSRF_ALLOW_LIST"]


def test_the_proxy_header_can_be_distrusted() -> None:
    assert load_settings({}).client_real_ip_header == "x-real-ip"
    assert load_settings({"AP_CLIENT_REAL_IP_HEADER": "CF-Connecting-IP"}).client_real_ip_header == "CF-Connecting-IP"
    assert load_settings({"AP_CLIENT_REAL_IP_HEADER": "none"}).client_real_ip_header is None
    assert "none" in problems_of(AP_CLIENT_REAL_IP_HEADER="x real ip")["AP_CLIENT_REAL_IP_HEADER"]


def test_the_case_of_an_enumeration_is_forgiven() -> None:
    settings = load_settings({"AP_LOG_LEVEL": "DEBUG", "AP_EXECUTION_MODE": "unsandboxed"})
    assert (settings.log_level, settings.execution_mode) == (LogLevel.DEBUG, ExecutionMode.UNSANDBOXED)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("AP_DB_TYPE", "POSTGRES"), ("AP_REDIS_TYPE", "STANDALONE"), ("AP_FILE_STORAGE_LOCATION", "S3"), ("AP_CONTAINER_TYPE", "WORKER")],
)
def test_what_needs_the_cluster_profile_is_refused(variable: str, value: str) -> None:
    assert "not available in this version" in problems_of(**{variable: value})[variable]


@pytest.mark.parametrize(("retired", "successor"), RETIRED_VALUES.items())
def test_a_retired_value_names_its_successor(retired: tuple[str, str], successor: str) -> None:
    variable, value = retired
    assert f"write {successor}" in problems_of(**{variable: value})[variable]
    load_settings({variable: successor})


@pytest.mark.parametrize(("name", "successor"), RETIRED_NAMES.items())
def test_a_retired_name_names_its_successor(name: str, successor: str) -> None:
    assert successor in FIELD_BY_VARIABLE
    assert load_settings({name: "1"}).warnings == (f"{name} is retired and was not read: set {successor}",)


def test_names_without_effect_are_no_settings() -> None:
    assert not WITHOUT_EFFECT.keys() & (FIELD_BY_VARIABLE.keys() | RETIRED_NAMES.keys())
    assert load_settings({"AP_EDITION": "ee"}).warnings == ("AP_EDITION has no effect: there is one edition",)


def test_a_setting_that_is_only_planned_gives_a_warning() -> None:
    assert load_settings({"AP_S3_BUCKET": "b"}).warnings == ("AP_S3_BUCKET is accepted but has no effect in this version",)


def test_an_unknown_name_is_reported_with_the_likely_one_and_without_its_value() -> None:
    assert load_settings({"AP_WORKER_CONCURENCY": "9"}).warnings == (
        "AP_WORKER_CONCURENCY is not known: did you mean AP_WORKER_CONCURRENCY?",
    )
    assert load_settings({"AP_XYZZY_PLUGH": "9"}).warnings == ("AP_XYZZY_PLUGH is not known",)


@given(st.sampled_from(sorted(FIELD_BY_VARIABLE)), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_no_text_does_anything_but_load_or_be_reported(variable: str, text: str) -> None:
    assert reported_variables({variable: text}) <= {variable}
