"""What is made of the answers of any server: read, refused, or the end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat

import pytest

from blueprints.commands.simulation import okta
from blueprints.commands.simulation import wire as wire_module
from blueprints.commands.simulation.wire import Refused, Stopped, Wire
from tests.blueprints.commands.simulation.stranger import (
    HANG_UP,
    HTML,
    Answering,
    Said,
    Stranger,
    error,
    listed,
)
from tests.served import free_port

TOKEN = "rcl_Abcdefgh_secretsecret"
Start = Callable[[Answering], Stranger]


def always(said: Said) -> Answering:
    return lambda _: said


def one_by_one(*said: Said) -> Answering:
    """These answers, the last of them for ever."""
    answers: Iterator[Said] = chain(said, repeat(said[-1]))
    return lambda _: next(answers)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_oktas_headers_go_out_and_no_others(stranger: Start, method: str) -> None:
    server = stranger(always(Said(204)))
    body = {"userName": "Zoë"} if method == "POST" else None
    with Wire(server.base_url, TOKEN) as wire:
        wire.send(method, "/Users/7", body)
    (asked,) = server.asked
    sent = dict(asked.headers.items())
    own = {name: sent.pop(name, None) for name in ("Host", "Content-Length")}
    content_type = {} if method == "GET" else {"Content-Type": okta.CONTENT_TYPE}
    assert sent == okta.HEADERS | content_type | {"Authorization": f"Bearer {TOKEN}"}
    assert (asked.method, asked.target, asked.body) == (method, "/scim/Users/7", body)
    assert own["Content-Length"] == ("19" if body else None)


def test_an_address_goes_out_as_it_is_spelled(stranger: Start) -> None:
    server = stranger(always(listed()))
    target = okta.user_lookup("ana+1@okta.local")
    with Wire(server.base_url, TOKEN) as wire:
        assert wire.look_up(target) is None
    assert server.asked[0].target == f"/scim{target}"


def test_a_refusal_is_repeated_in_the_servers_words(stranger: Start) -> None:
    server = stranger(always(error(409, "It is\n taken.\x1b[2J")))
    with Wire(server.base_url, TOKEN) as wire, pytest.raises(Refused) as refused:
        wire.send("POST", "/Users?a=b", {})
    said = "POST /Users was answered 409: It is taken.�[2J"
    assert str(refused.value) == said


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_refused_ends_it(stranger: Start, status: int) -> None:
    server = stranger(always(error(status, "Not this one.")))
    with Wire(server.base_url, TOKEN) as wire, pytest.raises(Stopped) as stopped:
        wire.send("GET", "/Users")
    assert str(stopped.value) == f"The token is refused ({status}): Not this one."


def test_a_cut_token_is_sent_without_its_end_and_is_merely_refused(
    stranger: Start,
) -> None:
    server = stranger(always(error(401, "Cut.")))
    with Wire(server.base_url, TOKEN) as wire, pytest.raises(Refused, match="401: Cut"):
        wire.send("GET", "/Users", cut=True)
    assert server.asked[0].headers["Authorization"] == "Bearer rcl_Abcdefgh_secretse"


@pytest.mark.parametrize("status", [400, 401])
def test_a_server_that_repeats_the_token_is_not_repeated(
    stranger: Start, status: int
) -> None:
    server = stranger(always(error(status, f"{TOKEN} and {TOKEN[:-4]} are bad.")))
    with Wire(server.base_url, TOKEN) as wire, pytest.raises(Exception) as raised:  # noqa: PT011 - either kind
        wire.send("GET", "/Users")
    assert "… and … are bad." in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("token", ["r", "rcl_x", "token"])
def test_a_word_that_was_taken_for_a_token_leaves_others_whole(
    stranger: Start, token: str
) -> None:
    server = stranger(always(error(401, "Tokens are cut off: rcl_xyz.")))
    with Wire(server.base_url, token) as wire, pytest.raises(Stopped) as stopped:
        wire.send("GET", "/Users")
    assert str(stopped.value).endswith(": Tokens are cut off: rcl_xyz.")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (Said(200, "<p>Hello", HTML), "200, but not as a SCIM server answers (text/h"),
        (Said(404, "<p>What?", HTML), "404, but not as a SCIM server answers (text/h"),
        (Said(200, "[]", {}), "(no media type). Check the base URL"),
        (Said(200, "[" * 100_000), "not as a SCIM server answers"),
        (Said(301, None, {"Location": "https://x/"}), "301, which leads to https://x/"),
        (listed(total="1"), "not with a list of SCIM resources"),
        (listed(total=True), "not with a list of SCIM resources"),
        (listed({"userName": "bo"}), "not with a list of SCIM resources"),
        (Said(200, {"totalResults": 1, "Resources": {}}), "not with a list of SCIM"),
    ],
)
def test_what_is_no_scim_list_ends_it(
    stranger: Start, said: Said, sentence: str
) -> None:
    server = stranger(always(said))
    with Wire(server.base_url, TOKEN) as wire, pytest.raises(Stopped) as stopped:
        wire.read_list("/Users?startIndex=1")
    assert str(stopped.value).startswith("GET /Users was answered ")
    assert sentence in str(stopped.value)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (Said(502, "<p>Away", HTML), "502: Bad Gateway, without a SCIM error."),
        (Said(400, {"error": "no"}), "400: Bad Request, without a detail."),
        (Said(429, "", HTML), "429: Too Many Requests, without a detail."),
    ],
)
def test_a_refusal_without_words_of_its_own_is_one_too(
    stranger: Start, said: Said, sentence: str
) -> None:
    server = stranger(always(said))
    with Wire(server.base_url, TOKEN) as wire, pytest.raises(Refused) as refused:
        wire.send("GET", "/Users")
    assert str(refused.value) == f"GET /Users was answered {sentence}"


def test_a_look_up_puts_up_with_404_as_okta_does(stranger: Start) -> None:
    server = stranger(always(error(404, "Nobody.")))
    with Wire(server.base_url, TOKEN) as wire:
        assert wire.look_up(okta.user_lookup("bo")) is None


def test_a_look_up_that_is_refused_is_not_nobody(stranger: Start) -> None:
    server = stranger(always(error(400, "What filter?")))
    with Wire(server.base_url, TOKEN) as wire, pytest.raises(Refused, match="What fil"):
        wire.look_up(okta.user_lookup("bo"))


@pytest.mark.parametrize("made", [{}, {"id": 7}])
def test_a_create_without_an_id_ends_it(stranger: Start, made: dict[str, int]) -> None:
    server = stranger(always(Said(201, made)))
    with Wire(server.base_url, TOKEN) as wire, pytest.raises(Stopped, match="without"):
        wire.post("/Users", {})


def test_a_server_that_asks_to_slow_down_is_left_alone_that_long(
    stranger: Start,
) -> None:
    slow_down = Said(429, {}, {"Retry-After": "7"})
    server = stranger(one_by_one(slow_down, slow_down, listed()))
    waited: list[int] = []
    with Wire(server.base_url, TOKEN, wait=waited.append) as wire:
        assert wire.read_list("/Users").total == 0
    assert (waited, wire.n_requests) == ([7, 7], 3)


def test_it_gives_up_after_five_times(stranger: Start) -> None:
    server = stranger(always(Said(429, {}, {"Retry-After": "9999"})))
    waited: list[int] = []
    wire = Wire(server.base_url, TOKEN, wait=waited.append)
    with wire, pytest.raises(Refused, match="429"):
        wire.send("GET", "/Users")
    assert (waited, len(server.asked)) == ([300] * 4, 5)


def test_a_date_to_come_back_at_counts_as_none(stranger: Start) -> None:
    date = {"Retry-After": "Mon, 23 Nov 2026 20:00:00 GMT"}
    server = stranger(always(Said(429, {}, date)))
    with Wire(server.base_url, TOKEN) as wire, pytest.raises(Refused, match="429"):
        wire.send("GET", "/Users")
    assert len(server.asked) == 1


def test_the_pace_is_a_pause_before_each_request_but_the_first(
    stranger: Start,
) -> None:
    server = stranger(always(listed()))
    began = time.monotonic()
    with Wire(server.base_url, TOKEN, pace=0.1) as wire:
        answers = [wire.read_list("/Users") for _ in range(3)]
    assert 0.2 <= time.monotonic() - began < 5
    assert len(answers) == len(server.asked) == 3


@pytest.mark.parametrize("place", ["127.0.0.1:{port}", "127.0.0.1:{port}/a%zz b"])
def test_nobody_there_ends_it_with_the_address(place: str) -> None:
    base_url = f"http://{place.format(port=free_port())}"
    with Wire(base_url, TOKEN) as wire, pytest.raises(Stopped) as stopped:
        wire.send("GET", "/Users")
    assert str(stopped.value).startswith(f"{base_url} cannot be reached: ")


def test_a_server_that_takes_too_long_ends_it(
    stranger: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire_module, "TIMEOUT_SECONDS", 0.2)

    def doze(_: object) -> Said:
        time.sleep(0.6)
        return listed()

    server = stranger(doze)
    with Wire(server.base_url, TOKEN) as wire, pytest.raises(Stopped) as stopped:
        wire.send("GET", "/Users?startIndex=1")
    said = f"{server.base_url} did not answer GET /Users within 0.2 seconds."
    assert str(stopped.value) == said


def test_a_server_that_hangs_up_ends_it(stranger: Start) -> None:
    server = stranger(always(HANG_UP))
    with Wire(server.base_url, TOKEN) as wire, pytest.raises(Stopped, match="reached"):
        wire.send("GET", "/Users")


def test_half_a_character_from_a_server_does_not_stop_a_request(
    stranger: Start,
) -> None:
    server = stranger(one_by_one(Said(200, {"id": "7", "title": "\ud800"}), Said(200)))
    with Wire(server.base_url, TOKEN) as wire:
        wire.send("PUT", "/Users/7", wire.get("/Users/7"))
    assert json.dumps(server.asked[1].body) == '{"id": "7", "title": "?"}'
