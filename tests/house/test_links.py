"""What a page offers to somebody is there for them: every link, every form's address.

Walked for each role over every page that the browser tests know, in an organization
with one of everything and in one with nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.exceptions import HTTPException

from blueprints.admin_ui import access
from models import Job
from models.database import db
from services.access import roles
from services.access.roles import ROLES, Role
from services.background import bulk_actions, jobs
from services.organizations import OrganizationRef
from services.origin import Origin
from tests.admin_client import AdminClient
from tests.browser import sample as samples
from tests.browser.pages import PAGES
from tests.browser.sample import Sample
from tests.conftest import make_admin, make_app, make_organization, migrate
from tests.house.addresses import UI_RULES, filled
from tests.served import Server

pytestmark = pytest.mark.served

OURS = "https://rollcall.example"
REFUSED = {403, 404, 405, 500}


@dataclass(frozen=True)
class Offer:
    """Where a page leads, and how."""

    method: str
    url: str

    @property
    def path(self) -> str:
        return self.url.removeprefix(OURS)


class _Reader(HTMLParser):
    """The addresses in a page that a click or a form goes to."""

    def __init__(self, page: str, text: str) -> None:
        super().__init__()
        self.page = page
        self.offers: set[Offer] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        method = found.get("method", found.get("formmethod", "get")).upper()
        self._add("GET", found.get("href") or found.get("hx-get"))
        self._add("POST", found.get("formaction") or found.get("hx-post"))
        self._add(method, found.get("action"))

    def _add(self, method: str, address: str | None) -> None:
        url = urljoin(OURS + self.page, address or "#").partition("#")[0]
        if address and url.startswith(OURS):
            self.offers.add(Offer(method, url))


@dataclass(frozen=True)
class Directory:
    """Where the walk goes: one of everything, nothing, and somebody of each role."""

    sample: Sample
    empty: OrganizationRef
    people: dict[Role, AdminClient]
    seen: dict[Role, dict[str, str]] = field(default_factory=dict)

    @property
    def app(self) -> Flask:
        return self.sample.app

    def paths(self) -> list[str]:
        known = {shown.path(self.sample) for shown in PAGES if shown.status == 200}
        bare = {
            filled(rule, slug=self.empty.slug)
            for rule in UI_RULES
            if rule.arguments == {"slug"} and "GET" in (rule.methods or ())
        }
        job_id = self.sample.arguments["skipped job_id"]
        return sorted(known | bare | {f"{self.sample.at}/jobs/{job_id}"})

    def pages(self, who: Role) -> dict[str, str]:
        """The text of every page that this person may see, by its address."""
        if who not in self.seen:
            browser = self.people[who].browser
            answers = {at: browser.get(at, buffered=True) for at in self.paths()}
            self.seen[who] = {
                at: one.text
                for at, one in answers.items()
                if (one.status_code, one.mimetype) == (200, "text/html")
            }
        return self.seen[who]

    def offers(self, who: Role) -> dict[Offer, str]:
        """What pages offer to this person, by the page that does so."""
        return {
            offer: page
            for page, text in self.pages(who).items()
            for offer in _Reader(page, text).offers
        }

    def endpoint(self, offer: Offer) -> str:
        """The view behind an address; in its place why there is none."""
        adapter = self.app.url_map.bind("rollcall.example")
        try:
            return str(adapter.match(urlsplit(offer.url).path, offer.method)[0])
        except HTTPException as error:
            return error.name

    def one_of_each(self, offers: dict[Offer, str]) -> list[Offer]:
        """One link for each view, organization and set of names that are asked for.

        Of jobs every one, since each kind has a page of its own.
        """
        links = [one for one in offers if one.method == "GET"]
        kinds = {
            (
                self.endpoint(one),
                self.empty.slug in one.path,
                one.path if "/jobs/" in one.path else "",
                *sorted(parse_qs(urlsplit(one.url).query)),
            ): one
            for one in sorted(links, key=lambda one: one.url)
        }
        return list(kinds.values())


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    """On SQLite alone: what pages offer does not depend on the database."""
    folder = tmp_path_factory.mktemp("linked")
    app = make_app(folder, f"sqlite:///{folder / 'rollcall.sqlite'}")
    migrate(app)
    server = Server(app, app.config["SQLALCHEMY_DATABASE_URI"])
    server.start()
    sample = samples.make(server)
    _start_more_jobs(sample)
    server.stop()
    empty = make_organization(app, "Nothing Yet")
    where = (sample.organization, empty)
    people = {role: AdminClient(app, make_admin(app, role, *where)) for role in ROLES}
    yield Directory(sample, empty, people)
    server.close()
    with app.app_context():
        db.engine.dispose()


def _start_more_jobs(sample: Sample) -> None:
    """One that leaves somebody out, and an import that failed."""
    where, origin = sample.organization, Origin.of_command_line()
    chosen = bulk_actions.picked([sample.user_ids["Jonas Lindqvist"]])
    failed = sa.update(Job).values(state="failed", ended_at=origin.at)
    with sample.app.app_context(), db.engine.begin() as connection:
        job_id = bulk_actions.start(where, "deactivate", chosen, origin=origin)
        samples.wait_for(where, job_id)
        assert "result" in jobs.get(where, job_id).files
        connection.execute(failed.where(Job.id == sample.arguments["tried"]))
    sample.arguments["skipped job_id"] = job_id


def may(role: Role, least: access.Least | None) -> bool:
    wanted = least or "instance owner"
    is_open = wanted in ("nobody", "anybody")
    return is_open or (roles.is_role(wanted) and roles.allows(role, wanted))


@pytest.mark.parametrize("who", ROLES)
def test_every_link_on_a_page_may_be_opened(directory: Directory, who: Role) -> None:
    offers = directory.offers(who)
    answers = {
        one: directory.people[who].browser.get(
            one.path, buffered=True, follow_redirects=True
        )
        for one in directory.one_of_each(offers)
    }
    dead = [
        f"{answer.status_code} {one.path} on {offers[one]}"
        for one, answer in answers.items()
        if answer.status_code in REFUSED
    ]
    assert dead == []
    assert len(answers) > 80


@pytest.mark.parametrize("who", ROLES)
def test_every_form_on_a_page_may_be_sent(directory: Directory, who: Role) -> None:
    sent = {one: at for one, at in directory.offers(who).items() if one.method != "GET"}
    refused = [
        f"{directory.endpoint(one)} {one.path} on {page}"
        for one, page in sent.items()
        if not may(who, access.least_for(directory.endpoint(one)))
    ]
    assert refused == []
    assert sent
