"""Whatever secrets are sent, and wherever they are put: the request log has none.

Neither have the sentences that are made of it, whoever reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scim.names import CORE_USER, ENTERPRISE_USER, PATCH_OP
from services import organizations
from services.access import credentials
from services.activity import told
from services.activity.told import ToldRequest
from services.origin import new_id
from tests.directories import logged, shared_app, shared_scim
from tests.scim_client import ScimClient

__all__ = ["shared_app", "shared_scim"]

Json = dict[str, Any]  # Any: JSON
Send = Callable[[ScimClient, str], object]


def patch(*operations: Json) -> Json:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def post(document: Callable[[str], Json | bytes]) -> Send:
    return lambda scim, secret: scim.request("POST", "/Users", document(secret))


def change(document: Callable[[str], Json]) -> Send:
    def send(scim: ScimClient, secret: str) -> object:
        return scim.request("PATCH", "/Users/7", document(secret))

    return send


def ask(path: Callable[[str], str]) -> Send:
    return lambda scim, secret: scim.get(path(secret))


def spelt(text: str) -> str:
    """As a filter quotes it."""
    return orjson.dumps(text).decode()


def sought(condition: Callable[[str], str]) -> Send:
    return ask(lambda secret: "/Users?filter=" + quote(condition(secret)))


def with_header(name: str, value: Callable[[str], str]) -> Send:
    def send(scim: ScimClient, secret: str) -> object:
        return scim.request("GET", "/Users?count=1", headers={name: value(secret)})

    return send


ANYWHERE: list[Send] = [
    post(lambda secret: {"userName": "bo", "title": secret, "nickNam": secret}),
    post(lambda secret: {"userName": secret}),
    post(lambda secret: {secret: secret}),
    post(lambda secret: {"userName": "bo", "schemas": [secret]}),
    post(lambda secret: {"userName": "bo", "active": secret}),
    post(lambda secret: {"userName": "bo", "emails": [{"value": secret}]}),
    post(lambda secret: orjson.dumps({"userName": secret})[:-1]),
    change(lambda secret: patch({"op": "add", "path": "title", "value": secret})),
    change(lambda secret: patch({"op": "add", "path": secret, "value": "x"})),
    change(lambda secret: patch({"op": secret, "path": "title", "value": "x"})),
    ask(lambda secret: f"/Users/{secret}"),
    ask(lambda secret: f"/{secret}"),
    ask(lambda secret: f"/Users?{secret}"),
    ask(lambda secret: f"/Users?{secret}={secret}"),
    ask(lambda secret: f"/Users?access_token={quote(secret, safe='')}"),
    ask(lambda secret: f"/Users?filter=userName%20eq%20%22{secret}%22"),
    ask(lambda secret: f"/Users?filter={secret}"),
    ask(lambda secret: f"/Users?startIndex={secret}&attributes={secret}"),
    with_header("User-Agent", lambda secret: f"curl {secret}"),
    with_header("Authorization", lambda secret: secret),
    with_header("Authorization", lambda secret: f"Bearer Bearer {secret}"),
    with_header("Authorization", lambda secret: f"Bearer {secret[:50]}"),
    with_header("Authorization", lambda secret: f"Bearer {secret[4:]}"),
    with_header("Authorization", lambda secret: f"Basic {secret}"),
    with_header("If-Match", lambda secret: secret),
    with_header("Content-Type", lambda secret: secret),
    post(lambda secret: {"displayName": secret}),
    post(lambda secret: {"name": {"formatted": f"Bearer {secret}"}}),
    post(lambda secret: {"userName": new_id(), ENTERPRISE_USER: {"manager": secret}}),
    change(lambda secret: patch({"op": "add", "value": {f"x[{secret}]": "y"}})),
    ask(lambda secret: f"/Users?filter=userName%20sw%20%22{secret}%22"),
    ask(lambda secret: f"/Users?filter=userName%20pr&attributes={secret}"),
    ask(lambda secret: f"/Schemas/{secret}"),
    ask(lambda secret: f"/ResourceTypes/{secret}"),
    ask(lambda secret: f"/Users?filter=externalId%20eq%20%22{secret[15:]}%22"),
    ask(lambda secret: f"/Groups?filter=displayName%20eq%20%22{secret[15:]}%22"),
    ask(lambda secret: f"/Users?filter=title%20eq%20%22a%20{secret[15:]}%22"),
]
"""Where something may be sent: of what looks like a token, none may be kept."""

AS_PASSWORD: list[Send] = [
    post(lambda secret: {"userName": "bo", "password": secret}),
    post(lambda secret: {"userName": "bo", "PASSWORD": [secret, {"x": secret}]}),
    post(lambda secret: {"userName": "bo", CORE_USER: {"passWord": secret}}),
    post(lambda secret: {"userName": "bo", f"{CORE_USER}:password": secret}),
    post(lambda secret: {"password": secret, "active": "perhaps"}),
    post(lambda secret: orjson.dumps({"password": secret})[:-1]),
    post(lambda secret: b"password=" + secret.encode()),
    post(lambda secret: orjson.dumps({"password": secret}).decode().encode("utf-16")),
    post(lambda secret: {"photos": [{"value": secret, "primary": "perhaps"}]}),
    change(lambda secret: patch({"op": "add", "path": "password", "value": secret})),
    change(lambda secret: patch({"op": "x", "path": "Password", "value": secret})),
    change(lambda secret: patch({"op": "add", "value": {"password": secret}})),
    change(
        lambda secret: patch(
            {"op": "Replace", "value": {CORE_USER: {"password": secret}}}
        )
    ),
    change(
        lambda secret: patch(
            {"op": "add", "path": f'x[password eq "{secret}"]', "value": "y"}
        )
    ),
    change(
        lambda secret: patch(
            {"op": "add", "value": {f'password[value eq "{secret}"]': "y"}}
        )
    ),
    change(
        lambda secret: patch(
            {"op": "add", "value": {f'emails[passwd eq "{secret}"].value': "y"}}
        )
    ),
    post(lambda secret: {"displayName": "Bo", "pwd": secret, "active": "perhaps"}),
    ask(lambda secret: f"/Users?password={quote(secret)}"),
    ask(lambda secret: "/Users?attributes=" + quote(f'password eq "{secret}"')),
    ask(lambda secret: "/Users?filter=" + quote(f'password eq "{secret}"')),
    ask(lambda secret: "/Users?filter=" + quote(f"password eq {secret}")),
    ask(lambda secret: "/Users?filter=" + quote(quote(f'password co "{secret}"'))),
    change(
        lambda secret: patch(
            {"op": "add", "path": f'photos[value eq "{secret}"].display', "value": "x"}
        )
    ),
    change(
        lambda secret: patch(
            {"op": "remove", "path": f'{CORE_USER}:photos[value eq "{secret}"]'}
        )
    ),
    sought(lambda secret: f"externalId eq {spelt('password=' + secret)}"),
    sought(lambda secret: f"userName eq {spelt('token: ' + secret)}"),
    sought(lambda secret: f"photos.value eq {spelt(secret)}"),
    sought(lambda secret: f"{CORE_USER}:photos.value eq {spelt(secret)}"),
    sought(lambda secret: f"photos[value eq {spelt(secret)}]"),
    sought(lambda secret: f'photos[not (value eq "{secret}")]'),
    sought(lambda secret: f"userName eq {spelt('data:image/png;base64,' + secret)}"),
    sought(lambda secret: f'emails[value co "data:,{secret}"]'),
]
"""Where a password or photo may be sent, right or wrong."""


def shown(app: Flask) -> str:
    """Every column of every row, and all that is told of them, as one text."""
    columns = [repr(tuple(row)) for row in logged(app)]
    with app.app_context():
        rows = told.page(organizations.get("acme"), count=500).rows
        others = told.for_instance(count=500).rows
    return "\n".join([*columns, *map(words, rows), *map(words, others)])


def words(row: ToldRequest) -> str:
    """What is told of a row: not the data of the directory itself."""
    sentences = [row.sentence, row.full, *(event.sentence for event in row.events)]
    texts = [part.text for sentence in sentences for part in sentence]
    return repr([*texts, row.who, row.explanation, row.request])


def newest_shown(app: Flask) -> str:
    """The newest row, and what is told of it."""
    row = logged(app)[-1]
    with app.app_context():
        opened = told.get(organizations.get("acme"), row.id)
    bodies = (opened.request_body, opened.response_body)
    return f"{tuple(row)!r}\n{words(opened.told)}\n{bodies!r}"


@pytest.mark.parametrize("place", range(len(ANYWHERE)))
def test_no_token_is_in_any_column(
    shared_app: Flask, shared_scim: ScimClient, place: int
) -> None:
    token = credentials.make().text
    ANYWHERE[place](shared_scim, token)
    found = shown(shared_app)
    assert token[15:23] not in found
    assert token[40:48] not in found
    assert "/scim/v2/" in found


@pytest.mark.parametrize("place", range(len(AS_PASSWORD)))
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rest=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=70))
def test_no_password_is_in_any_column(
    shared_app: Flask, shared_scim: ScimClient, place: int, rest: str
) -> None:
    AS_PASSWORD[place](shared_scim, "Xyzzy8675309" + rest)
    newest = newest_shown(shared_app)
    assert "Xyzzy8675309" not in newest
    assert "/scim/v2/Users" in newest
