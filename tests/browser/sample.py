"""A believable directory: what the browser tests look at, and the pictures show.

Two weeks of a company whose people come from Okta, with names of many scripts, and a
few that somebody made up to break the pages.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zlib import crc32

import httpx
import sqlalchemy as sa
from flask import Flask

from models.database import db
from scim import names
from scim.attributes import Document
from services import organizations
from services.access import admins, invitations, sessions, tokens
from services.access.admins import NewAdmin
from services.access.roles import ROLES, Role
from services.access.token_lists import Scope
from services.activity import history, request_log
from services.activity.log_queries import LogQuery
from services.background import bulk_actions, jobs
from services.directory import groups, users
from services.files import csv_import
from services.organizations import OrganizationRef
from services.origin import Actor, Origin
from tests.browser.people import EMPLOYEES, HOSTILE_NAMES, Employee
from tests.served import Server

PASSWORD: Final = "a long walk along the harbour"
CHROME: Final = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)


PEOPLE: Final = """\
Email,First name,Surname,Department,Start date
ana.silva@harbour.example,Ana,Silva,Design,2026-11-01
per.holm@harbour.example,Per,Holm,Sales,2026-11-02
aiko.tanaka@harbour.example,Aiko,Tanaka,Product strategy,2024-03-01
,Nobody,Atall,Finance,2026-11-02
ana.silva@harbour.example,Ana,Again,Design,2026-11-01
"""
"""A file to import: new people, a changed one, and two lines that cannot be taken."""

TEAMS: Final = """\
Team,Members,Cost center
Night watch,aiko.tanaka@harbour.example; maria.santos@harbour.example,4100
Night watch,lars.nielsen@harbour.example,4100
Engineering,maria.santos@harbour.example,4200
On call,per.holm@harbour.example,4200
On call,lars.nielsen@harbour.example,4200
"""
"""Groups to import: two new ones, a changed one, and a member who is not here."""


TAKEN: Final = {
    "schemas": [names.CORE_USER],
    "userName": "maria.santos@harbour.example",
    "name": {"givenName": "Maria", "familyName": "Santos"},
    "emails": [{"primary": True, "value": "maria.santos@harbour.example"}],
    "externalId": "00u9xk2LmPq7Rt4Vw5d7",
    "password": "Tr0ub4dor&3",
    "active": True,
}
"""What Okta sends twice in vain: somebody else has the user name."""


@dataclass
class Sample:
    """Who and what there is, by the names that tests use."""

    app: Flask
    organization: OrganizationRef
    other: OrganizationRef
    admin_ids: dict[str, str] = field(default_factory=dict)
    user_ids: dict[str, str] = field(default_factory=dict)
    group_ids: dict[str, str] = field(default_factory=dict)
    token_ids: dict[str, str] = field(default_factory=dict)
    okta_token: str = ""
    hostile_ids: list[str] = field(default_factory=list)
    arguments: dict[str, str] = field(default_factory=dict)

    @property
    def at(self) -> str:
        """Where the organization's pages begin."""
        return f"/o/{self.organization.slug}"

    def cookie(
        self, who: str, *, begun: datetime | None = None, used: datetime | None = None
    ) -> str:
        """A browser's cookie after signing in as somebody, now or at another time."""
        begun = begun or datetime.now(UTC)
        with self.app.app_context():
            secret = sessions.start(
                self.admin_ids[who], at=begun, address="127.0.0.1", user_agent=CHROME
            )
            found = sessions.find(secret, begun)
            assert found is not None
            sessions.note_use(found.id, at=used or begun, address="127.0.0.1")
        with self.app.test_request_context():
            signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]  # Flask's own, of signed cookies
        return str(signer.dumps({"_user_id": secret}))


def make(server: Server) -> Sample:
    """Fill an empty installation; some of it by requests, as Okta would send them."""
    app = server.app
    with app.app_context():
        start = _ago(days=14)
        by_hand = Origin(Actor("command", "line", "the command line"), start)
        sample = Sample(
            app,
            organizations.create("Harbour & Co", origin=by_hand),
            organizations.create("Northwind Clinics", origin=by_hand),
        )
        organizations.create("Quay Logistics", origin=by_hand)
        organizations.suspend("quay-logistics", origin=by_hand)
        _make_admins(sample, by_hand)
        _make_tokens(sample)
        _make_users(sample)
        _make_groups(sample)
        _make_other(sample, by_hand)
        _start_jobs(sample)
        _change_some(sample)
        _name_examples(sample)
        _push(sample, server.base_url)
    return sample


def _ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def _by_admin(sample: Sample, at: datetime) -> Origin:
    return Origin(Actor("admin", sample.admin_ids["owner"], "Ines Duarte"), at)


def _by_okta(sample: Sample, at: datetime) -> Origin:
    public_id = sample.token_ids["Okta production"]
    return Origin(Actor("token", public_id, "Okta production"), at)


def _make_admins(sample: Sample, origin: Origin) -> None:
    people: list[tuple[str, str, Role]] = [
        ("Ines Duarte", "ines.duarte", "owner"),
        ("Bart Hendriks", "bart.hendriks", "admin"),
        ("Noor Haddad", "noor.haddad", "helpdesk"),
        ("Vera Lind", "vera.lind", "viewer"),
    ]
    of_both = (sample.organization, sample.other)
    for name, account, role in people:
        where = of_both if role == "owner" else of_both[:1]
        sample.admin_ids[role] = _admin(account, name, role, where, origin)
    sample.admin_ids["stranger"] = _admin(
        "otto.stranger", "Otto Stranger", "owner", of_both[1:], origin
    )
    sample.admin_ids["instance owner"] = _admin(
        "root", "Miriam Okonkwo-Sandström", "owner", (), origin
    )
    new = invitations.invite(
        sample.organization,
        "sam.lee@harbour.example",
        ROLES[1],
        origin=_by_admin(sample, _ago(hours=5)),
    )
    sample.arguments["secret"] = new.secret


def _admin(
    account: str,
    name: str,
    role: Role,
    where: tuple[OrganizationRef, ...],
    origin: Origin,
) -> str:
    return admins.create(
        NewAdmin(
            email=f"{account}@harbour.example",
            name=name,
            role=role,
            password=PASSWORD,
            organizations=where,
        ),
        origin=origin,
    )


def _make_tokens(sample: Sample) -> None:
    plans: list[tuple[str, Scope, float, float | None]] = [
        ("Okta production", "full", 13.9, 6),
        ("Entra test", "read", 3, 90),
        ("Old connector", "full", 13, None),
    ]
    for name, scope, made, ends in plans:
        new = tokens.create(
            sample.organization,
            name,
            scope=scope,
            expires_at=None if ends is None else _ago(days=-ends),
            allowed_addresses=["203.0.113.0/24"] if scope == "read" else [],
            origin=_by_admin(sample, _ago(days=made)),
        )
        sample.token_ids[name] = new.public_id
        sample.okta_token = sample.okta_token or new.text
    tokens.revoke(
        sample.organization,
        sample.token_ids["Old connector"],
        origin=_by_admin(sample, _ago(days=2)),
    )


def _make_users(sample: Sample) -> None:
    for place, person in enumerate(EMPLOYEES):
        at = _ago(days=13.5 - place * 13 / len(EMPLOYEES), minutes=place)
        made = users.create(
            sample.organization, document_of(person), origin=_by_okta(sample, at)
        )
        sample.user_ids[person.name] = made.id
    for place, name in enumerate(HOSTILE_NAMES):
        made = users.create(
            sample.organization,
            {"userName": f"hostile-{place}@harbour.example", "displayName": name},
            origin=_by_admin(sample, _ago(days=9, minutes=place)),
        )
        sample.hostile_ids.append(made.id)


def document_of(person: Employee) -> Document:
    """What Okta would push of somebody."""
    return {
        "userName": f"{person.account}@harbour.example",
        "externalId": f"00u{crc32(person.account.encode()):08x}QzLm{len(person.name)}",
        "name": {
            "givenName": person.given,
            "familyName": person.family,
            "formatted": person.name,
        },
        "displayName": person.name,
        "title": person.title,
        "active": True,
        "emails": [
            {
                "value": f"{person.account}@harbour.example",
                "type": "work",
                "primary": True,
            }
        ],
        "phoneNumbers": [{"value": "+351 21 555 0100", "type": "work"}],
        "locale": "en-GB",
        names.ENTERPRISE_USER: {
            "department": person.department,
            "employeeNumber": f"H{1000 + len(person.name) * 7}",
        },
    }


def _make_groups(sample: Sample) -> None:
    departments = {person.department for person in EMPLOYEES}
    plans = {
        "All employees": [*sample.user_ids.values(), *sample.hostile_ids],
        **{name: _members_of(sample, name) for name in sorted(departments)},
        "Fire wardens": [],
        HOSTILE_NAMES[0][:180]: sample.hostile_ids,
    }
    for place, (name, member_ids) in enumerate(plans.items()):
        origin = _by_okta(sample, _ago(days=8 - place * 0.3))
        made = groups.create(
            sample.organization, {"displayName": name}, member_ids, origin=origin
        )
        sample.group_ids[name] = made.id


def _members_of(sample: Sample, department: str) -> list[str]:
    return [
        sample.user_ids[person.name]
        for person in EMPLOYEES
        if person.department == department
    ]


def _change_some(sample: Sample) -> None:
    """What happened lately, the oldest first: the overview and timelines show it."""
    where, ids = sample.organization, sample.user_ids
    for name, days in (("Mei Lin Chen", 3.0), ("Sander Vos", 1.2)):
        users.delete(where, ids[name], origin=_by_admin(sample, _ago(days=days)))
    wardens = sample.group_ids["Fire wardens"]
    groups.delete(where, wardens, origin=_by_admin(sample, _ago(days=1)))
    for name, hours in (
        ("Ewa Nowak", 20),
        ("Liam O’Connor", 7),
        ("Jonas Lindqvist", 2),
    ):
        origin = _by_okta(sample, _ago(hours=hours))
        users.set_active(where, ids[name], False, origin=origin)
    origin = _by_admin(sample, _ago(hours=1))
    users.set_active(where, ids["Ewa Nowak"], True, origin=origin)


def _make_other(sample: Sample, origin: Origin) -> None:
    for name in ("Nadia Northwind", "Noah Northwind"):
        made = users.create(
            sample.other,
            {"userName": f"{name.split()[0]}@northwind.example", "displayName": name},
            origin=origin,
        )
        sample.user_ids[name] = made.id
    users.delete(sample.other, sample.user_ids["Noah Northwind"], origin=origin)
    namesake: Document = {
        "userName": "Noah@northwind.example",
        "displayName": "Noah Adeyemi",
    }
    users.create(sample.other, namesake, origin=origin)


def _name_examples(sample: Sample) -> None:
    """One of each kind, for addresses that name one."""
    sample.arguments |= {
        "slug": sample.organization.slug,
        "user_id": sample.user_ids["Aiko Tanaka"],
        "group_id": sample.group_ids["Engineering"],
        "public_id": sample.token_ids["Okta production"],
        "admin_id": sample.admin_ids["viewer"],
        "resource_id": sample.user_ids["Sander Vos"],
        "hostile user_id": sample.hostile_ids[0],
        "hostile group_id": list(sample.group_ids.values())[-1],
        "deactivated user_id": sample.user_ids["Jonas Lindqvist"],
        "clashing resource_id": sample.user_ids["Noah Northwind"],
        "number": str(_a_change_of_members(sample)),
    }


def _a_change_of_members(sample: Sample) -> int:
    group_id = sample.group_ids["Engineering"]
    events = history.of_resource(sample.organization, group_id).rows
    return next(one.number for one in events if one.n_added)


def _start_jobs(sample: Sample) -> None:
    """A bulk action that is done, a file to be mapped, and one that was tried."""
    where, origin = sample.organization, _by_admin(sample, _ago(minutes=1))
    chosen = bulk_actions.picked([sample.user_ids["Dmitri Volkov"]])
    job_id = bulk_actions.start(where, "deactivate", chosen, origin=origin)
    mapped = csv_import.upload(
        "users", where, "starters.csv", PEOPLE.encode(), origin=origin
    )
    tried = csv_import.upload(
        "users", where, "november.csv", PEOPLE.encode(), origin=origin
    )
    columns = csv_import.describe(where, tried).columns
    csv_import.check(where, tried, {one.place: one.key for one in columns})
    sample.arguments |= {"job_id": job_id, "mapped": mapped, "tried": tried}
    wait_for(where, job_id)
    wait_for(where, tried)
    sample.arguments["broken"] = _break_job(sample, origin)
    _start_imports_of_groups(sample, origin)


def _break_job(sample: Sample, origin: Origin) -> str:
    """A job whose row is damaged: no request can do that, and its page cannot be."""
    file = PEOPLE.encode()
    job_id = csv_import.upload("users", sample.other, "x.csv", file, origin=origin)
    damage = sa.text("UPDATE jobs SET input = :input WHERE id = :id")
    with db.engine.begin() as connection:
        connection.execute(damage, {"input": "{", "id": job_id})
    return job_id


def _start_imports_of_groups(sample: Sample, origin: Origin) -> None:
    """A file to be mapped, and one that was tried."""
    where, file = sample.organization, TEAMS.encode()
    mapped = csv_import.upload("groups", where, "teams.csv", file, origin=origin)
    tried = csv_import.upload("groups", where, "shifts.csv", file, origin=origin)
    columns = csv_import.describe(where, tried).columns
    csv_import.check(where, tried, {one.place: one.key for one in columns})
    sample.arguments |= {"mapped groups job_id": mapped, "tried groups job_id": tried}
    wait_for(where, tried)


def wait_for(organization: OrganizationRef, job_id: str) -> None:
    """Until the server's runner has done it."""
    ends = time.monotonic() + 30
    while jobs.get(organization, job_id).is_going and time.monotonic() < ends:
        time.sleep(0.1)


def _push(sample: Sample, base_url: str) -> None:
    """What Okta sends while somebody looks: a promotion, and new members of a group."""
    ids = sample.user_ids
    members = [{"value": ids[name]} for name in ("Maria Santos", "Lars Nielsen")]
    changes: list[tuple[str, dict[str, Any]]] = [
        (
            f"/Users/{ids['Aiko Tanaka']}",
            {"op": "replace", "value": {"title": "Head of product"}},
        ),
        (
            f"/Groups/{sample.group_ids['Engineering']}",
            {"op": "add", "path": "members", "value": members},
        ),
    ]
    with httpx.Client(base_url=base_url, headers=_headers(sample)) as okta:
        okta.get("/Users?startIndex=1&count=100").raise_for_status()
        for path, operation in changes:
            message = {"schemas": [names.PATCH_OP], "Operations": [operation]}
            answer = okta.patch(path, json=message).raise_for_status()
            sample.arguments["changing request_id"] = answer.headers["X-Request-Id"]
        for _ in range(2):
            refused = okta.post("/Users", json=TAKEN)
    sample.arguments["request_id"] = refused.headers["X-Request-Id"]
    of_nobody = httpx.get(f"{base_url}/Users", headers={"Authorization": "Bearer x"})
    sample.arguments["nobodys request_id"] = of_nobody.headers["X-Request-Id"]
    _wait_for_row(sample)


def _wait_for_row(sample: Sample) -> None:
    """Until the log, which is written behind the answers, has the last request."""
    ends = time.monotonic() + 10
    asked = LogQuery(request_id=sample.arguments["request_id"])
    while time.monotonic() < ends:
        if request_log.page(sample.organization, asked).rows:
            return
        time.sleep(0.05)


def _headers(sample: Sample) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {sample.okta_token}",
        "User-Agent": "Okta SCIM Client 1.0.0",
    }
