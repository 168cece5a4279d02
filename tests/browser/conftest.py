"""Debian's Chromium, driven for real; skipped with a line where there is none.

The browser comes from pytest-playwright's fixtures, the pages from a served Rollcall
with a believable directory. Whatever the browser complains of fails the test: an error
of a script, a stop by the content security policy, a request that came to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from models.database import db
from tests.browser import program
from tests.browser import sample as samples
from tests.browser.complaints import Complaints
from tests.browser.sample import Sample
from tests.conftest import make_app, migrate
from tests.served import Server

SKIPPED = (
    "Chromium was not found: install it (Debian: apt-get install "
    "chromium-headless-shell, or chromium)"
)
WAIT_MILLISECONDS = 10_000
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:  # Any: Playwright's options
    found = program.find()
    if found is None:
        pytest.skip(SKIPPED)
    return {
        "executable_path": found,
        "args": ["--no-sandbox", "--disable-background-networking"],
    }


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Rollcall for browsers alone, on SQLite: what differs is not seen from here."""
    folder = tmp_path_factory.mktemp("browsed")
    url = f"sqlite:///{folder / 'rollcall.sqlite'}"
    app = make_app(folder, url)
    migrate(app)
    server = Server(app, url)
    server.start()
    yield server
    server.stop()
    server.close()


@pytest.fixture(scope="session")
def base_url(served: Server) -> str:
    """Instead of pytest-playwright's, which pytest 9.2 warns of."""
    return served.url


@pytest.fixture(scope="session")
def sample(served: Server) -> Iterator[Sample]:
    made = samples.make(served)
    yield made
    with served.app.app_context():
        db.engine.dispose()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What browsers had to complain of, all through the test; nothing is allowed."""
    heard = Complaints()
    yield heard
    assert "\n".join(heard.told()) == ""


@pytest.fixture
def open_as(
    new_context: Callable[..., BrowserContext],
    served: Server,
    sample: Sample,
    complaints: Complaints,
) -> Open:
    """`open_as("owner", theme="dark", width=390)`: a page of a browser of theirs.

    `None` has not signed in; `ago` is since when one is. Further names are Playwright's
    options of a context.
    """

    def make_page(
        who: str | None,
        *,
        theme: str = "light",
        width: int = 1440,
        ago: timedelta = timedelta(),
        **options: Any,
    ) -> Page:
        viewport = {"width": width, "height": 844 if width < 600 else 900}
        context = new_context(**{"viewport": viewport, "color_scheme": theme} | options)
        context.set_default_timeout(WAIT_MILLISECONDS)
        expect.set_options(timeout=WAIT_MILLISECONDS)
        if who is not None:
            secret = sample.cookie(who, begun=datetime.now(UTC) - ago)
            context.add_cookies(
                [{"name": "rollcall", "value": secret, "url": served.url}]
            )
        page = context.new_page()
        complaints.listen(page)
        return page

    return make_page


@pytest.fixture(params=["light", "dark"])
def page(open_as: Open, request: pytest.FixtureRequest) -> Page:
    """A page in each theme, without anybody signed in."""
    return open_as(None, theme=request.param)


@pytest.fixture
def owner(open_as: Open) -> Page:
    """A page of the organization's owner."""
    return open_as("owner")
