"""Settings: read once; a value that cannot be used stops the start with a sentence."""

from __future__ import annotations

import os

import pytest

import settings
from settings import SETTINGS, InvalidSetting


def value_of(name: str, text: str) -> object:
    return settings.read({name: text})[name]


def test_everything_has_a_default_that_can_be_used() -> None:
    values = settings.read({})
    assert set(values) == {setting.name for setting in SETTINGS}
    assert (values["HOST"], values["PORT"]) == ("127.0.0.1", 8000)
    assert values["ROLLCALL_TRUSTED_PROXIES"] == 0
    assert values["ROLLCALL_DATABASE_URL"] == ""


def test_every_setting_says_what_it_means() -> None:
    assert all(setting.meaning.endswith(".") for setting in SETTINGS)
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


def test_other_variables_are_left_alone() -> None:
    assert settings.read({"ROLLCALL_COLOUR": "blue", "PATH": "/bin"}) == (
        settings.read({})
    )


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("HOST", " 0.0.0.0 ", "0.0.0.0"),  # noqa: S104 - read, not bound
        ("PORT", "1", 1),
        ("PORT", " 65535 ", 65535),
        ("ROLLCALL_INSTANCE", " /srv/rollcall ", "/srv/rollcall"),
        ("ROLLCALL_WORKERS", "64", 64),
        ("ROLLCALL_THREADS", "128", 128),
        ("ROLLCALL_BODY_LIMIT_BYTES", "1024", 1024),
        ("ROLLCALL_REFUSALS_PER_MINUTE", "1", 1),
        ("ROLLCALL_TRUSTED_PROXIES", "8", 8),
        ("ROLLCALL_SECRET_KEY", " " + "k" * 32, "k" * 32),
        ("ROLLCALL_SECRET_KEY", "", ""),
        ("ROLLCALL_PUBLIC_URL", "", ""),
        ("ROLLCALL_PUBLIC_URL", "https://r.example/", "https://r.example"),
        ("ROLLCALL_PUBLIC_URL", "http://r.example/a", "http://r.example/a"),
        ("ROLLCALL_DATABASE_URL", "sqlite:////r.db", "sqlite:////r.db"),
        (
            "ROLLCALL_DATABASE_URL",
            " postgres://u:p@h/n ",
            "postgresql+psycopg://u:p@h/n",
        ),
        (
            "ROLLCALL_DATABASE_URL",
            "postgresql://u@/n?host=/run",
            "postgresql+psycopg://u@/n?host=/run",
        ),
        (
            "ROLLCALL_DATABASE_URL",
            "postgresql+psycopg://h/n",
            "postgresql+psycopg://h/n",
        ),
    ],
)
def test_a_good_value_is_read(name: str, text: str, value: object) -> None:
    assert value_of(name, text) == value


@pytest.mark.parametrize(
    ("n_processors", "n_workers", "n_threads"), [(1, 1, 4), (2, 2, 2), (16, 4, 2)]
)
def test_each_processor_has_a_worker_up_to_four(
    monkeypatch: pytest.MonkeyPatch, n_processors: int, n_workers: int, n_threads: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(n_processors)))
    values = settings.read({})
    assert values["ROLLCALL_WORKERS"] == n_workers
    assert values["ROLLCALL_THREADS"] == n_threads
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: n_processors)
    assert value_of("ROLLCALL_WORKERS", " ") == n_workers
    assert value_of("ROLLCALL_WORKERS", "3") == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PORT", ""),
        ("PORT", "-1"),
        ("PORT", "8000.0"),
        ("PORT", "9" * 5000),
        ("ROLLCALL_WORKERS", "0"),
        ("ROLLCALL_THREADS", "129"),
        ("ROLLCALL_BODY_LIMIT_BYTES", "1023"),
        ("ROLLCALL_REFUSALS_PER_MINUTE", "0"),
        ("ROLLCALL_TRUSTED_PROXIES", "9"),
    ],
)
def test_a_number_out_of_its_range_stops_the_start(name: str, text: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        value_of(name, text)
    assert str(caught.value).startswith(f"{name} cannot be used: give a whole number ")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rollcall.example", "give an address such as https://"),
        ("ftp://rollcall.example", "give an address such as https://"),
        ("https://", "give an address such as https://"),
        ("https://[", "give an address such as https://"),
        ("https://r.example/?a=1", "without ? and #"),
        ("https://r.example/#a", "without ? and #"),
        ("https://r.example/scim/v2/", "without /scim/v2"),
    ],
)
def test_a_public_url_that_is_no_address_stops_the_start(text: str, said: str) -> None:
    with pytest.raises(InvalidSetting, match="ROLLCALL_PUBLIC_URL cannot be used") as e:
        value_of("ROLLCALL_PUBLIC_URL", text)
    assert said in str(e.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mysql://u:hunter2@h/n", "begins with sqlite:/// or postgresql://"),
        ("/srv/rollcall.sqlite", "begins with sqlite:/// or postgresql://"),
        ("sqlite://", "begins with sqlite:/// or postgresql://"),
        ("sqlite:///", "name the file or database"),
        ("sqlite:///:memory:", "name the file or database"),
        ("postgresql://u:hunter2@h", "name the file or database"),
        ("postgresql://u:hunter2@h:port/n", "such as the port"),
    ],
)
def test_a_database_that_cannot_be_named_stops_the_start(text: str, said: str) -> None:
    with pytest.raises(InvalidSetting, match="ROLLCALL_DATABASE_URL cannot be") as e:
        value_of("ROLLCALL_DATABASE_URL", text)
    assert said in str(e.value)
    assert "hunter2" not in str(e.value)


@pytest.mark.parametrize("text", ["k", "k" * 31, " " + "k" * 31])
def test_a_secret_key_that_can_be_guessed_stops_the_start(text: str) -> None:
    with pytest.raises(InvalidSetting, match="at least 32 characters") as caught:
        value_of("ROLLCALL_SECRET_KEY", text)
    assert "kkk" not in str(caught.value)
