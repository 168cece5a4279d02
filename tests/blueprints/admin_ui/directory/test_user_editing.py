"""Users made and changed by hand: what is saved, what stays, and what is said."""

from __future__ import annotations

import re

import pytest

from scim.names import ENTERPRISE_USER
from services.access import tokens
from services.directory import users
from services.origin import Actor, Origin, new_id
from tests.filled_forms import fields_of

ADA = Origin.of_command_line()
RICH = {
    "userName": "bo@acme.example",
    "externalId": "00u1",
    "nickName": " Bo\nthe Ek ",
    "name": {"givenName": "Bo", "familyName": "Ek"},
    "emails": [
        {"value": "bo@acme.example", "type": "work", "primary": True, "display": "B"},
        {"value": "bo@odd.example", "type": "Odd"},
    ],
    "addresses": [{"type": "work", "streetAddress": "1 Quay\nFloor 3"}],
    "ims": [{"value": "bo", "type": "xmpp"}],
    "roles": [{"value": "boss"}],
    "x509Certificates": [{"value": "YWJj"}],
    ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "E77"}},
}


@pytest.fixture
def okta(acme, do):
    made = do(tokens.create, acme, "Okta production", origin=ADA)
    return Origin(Actor("token", made.public_id, "Okta production"), ADA.at)


@pytest.fixture
def new_user(acme, do):
    def create(document, *, origin=ADA, organization=acme):
        return do(users.create, organization, document, origin=origin).id

    return create


@pytest.fixture
def stored(acme, do):
    """What is kept of a user."""

    def read(user_id):
        return do(users.get, acme, user_id).document

    return read


@pytest.fixture
def edit(helpdesk):
    """Opens the form of a user, changes some fields, and sends it."""

    def send(user_id, **changes):
        fields = fields_of(helpdesk.get(f"users/{user_id}/edit").text)
        return helpdesk.post(f"users/{user_id}/edit", fields | changes)

    return send


def test_user_is_made(helpdesk, acme, stored):
    answer = helpdesk.post(
        "users/new",
        {
            "user_name": " bo@acme.example ",
            "given_name": "Bo",
            "family_name": "Ek",
            "active": "y",
            "department": "Sales",
            "emails-0-value": "bo@acme.example",
            "emails-0-type": "work",
            "emails-0-primary": "y",
            "emails-1-value": "",
            "emails-1-type": "home",
        },
    )
    assert answer.status_code == 303
    user_id = answer.location.rpartition("/")[2]
    assert stored(user_id) == {
        "userName": "bo@acme.example",
        "name": {"givenName": "Bo", "familyName": "Ek"},
        "emails": [{"value": "bo@acme.example", "type": "work", "primary": True}],
        ENTERPRISE_USER: {"department": "Sales"},
        "active": True,
    }
    assert "Bo Ek was created." in helpdesk.get(answer.location).text


def test_user_without_the_mark_is_made_deactivated(helpdesk, stored):
    answer = helpdesk.post("users/new", {"user_name": "bo"}, htmx=True)
    user_id = answer.headers["HX-Redirect"].rpartition("/")[2]
    assert stored(user_id)["active"] is False


def test_saving_untouched_changes_nothing(acme, do, new_user, stored, edit):
    bo = new_user(RICH)
    before = do(users.get, acme, bo)
    assert edit(bo).status_code == 303
    assert do(users.get, acme, bo).version == before.version
    assert stored(bo) == before.document


def test_what_the_form_does_not_show_stays(new_user, stored, edit):
    bo = new_user(RICH)
    edit(bo, title="Chief", department="", manager="")
    after = stored(bo)
    assert after["title"] == "Chief"
    assert ENTERPRISE_USER not in after
    kept = ("ims", "roles", "x509Certificates", "externalId", "emails", "addresses")
    assert {name: after[name] for name in kept} == {name: RICH[name] for name in kept}


def test_rows_are_changed_one_by_one(new_user, stored, edit):
    bo = new_user(RICH)
    edit(bo, **{"emails-1-value": "new@odd.example", "emails-0-value": ""})
    assert stored(bo)["emails"] == [
        {"type": "work", "primary": True, "display": "B"},
        {"value": "new@odd.example", "type": "Odd"},
    ]


def test_list_too_long_for_a_form_stays(new_user, stored, edit, helpdesk):
    many = [{"value": f"{number}@acme.example"} for number in range(51)]
    bo = new_user({"userName": "bo", "emails": many})
    assert (
        "There are more than a form can hold" in helpdesk.get(f"users/{bo}/edit").text
    )
    edit(bo, title="Chief")
    assert stored(bo)["emails"] == many


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"user_name": " "}, "user_name", "Enter a user name."),
        ({"title": "a" * 513}, "title", "Enter at most 512 characters."),
        ({"title": "a\0"}, "title", "title holds a character that cannot be stored"),
        ({"nick_name": "😀" * 501}, "nick_name", "takes more than 2000 bytes"),
        (
            {"emails-0-value": "a" * 513},
            "emails-0-value",
            "Enter at most 512 characters.",
        ),
        (
            {
                "emails-0-value": "a",
                "emails-0-primary": "y",
                "emails-1-value": "b",
                "emails-1-primary": "y",
            },
            "emails-1-primary",
            "Mark at most one of them as primary.",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(helpdesk, fields, field, sentence):
    answer = helpdesk.post("users/new", {"user_name": "bo"} | fields, htmx=True)
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith('<form id="form"')
    assert re.search(rf'<a href="#{field}">[^<]*{re.escape(sentence)}', answer.text)
    assert f'id="{field}"' in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"emails-99999999999-value": "a", "emails-x-value": "b"},
        {"user_name": "bo", "version": "garbled", "manager": "\0"},
        {"user_name": "\ud83d", "do": "add garbled"},
        {"user_name": "bo", "do": "remove emails-7"},
        {"user_name": "bo", "do": "remove form-1"},
        {"user_name": "bo", "do": "find manager", "manager_q": "\0"},
        {"user_name": "bo", "profile_url": "a" * 66_000},
    ],
)
def test_hostile_forms_are_refused_or_shown_again(helpdesk, fields):
    fields = {
        key: value.encode("utf-8", "surrogatepass") for key, value in fields.items()
    }
    assert helpdesk.post("users/new", fields).status_code in (200, 422)


def test_user_name_in_use_names_and_links_who_has_it(helpdesk, new_user):
    bo = new_user(RICH | {"active": False})
    answer = helpdesk.post("users/new", {"user_name": "BO@acme.example"})
    assert answer.status_code == 422
    assert "User name BO@acme.example is taken by Bo Ek (deactivated)." in answer.text
    assert f'<a href="/o/acme/users/{bo}">Show <bdi>Bo Ek</bdi></a>' in answer.text


def test_user_name_is_looked_up_before_saving(helpdesk, new_user):
    bo = new_user(RICH)
    taken = helpdesk.post("users/validate", {"user_name": "bo@ACME.example"}, htmx=True)
    assert taken.status_code == 422
    assert taken.text.lstrip().startswith('<div id="user-name-field"')
    assert "is taken by Bo Ek." in taken.text
    free = helpdesk.post("users/validate", {"user_name": "cy"}, htmx=True)
    assert (free.status_code, "is taken" in free.text) == (200, False)
    own = f"users/validate?user_id={bo}"
    kept = helpdesk.post(own, {"user_name": "bo@acme.example"}, htmx=True)
    assert kept.status_code == 200


def test_row_is_added_and_removed_without_saving(helpdesk, new_user, stored):
    bo = new_user(RICH)
    fields = {"user_name": "x", "emails-0-value": "a", "emails-3-value": "b"}
    address = f"users/{bo}/edit"
    added = helpdesk.post(address, fields | {"do": "add emails"}, htmx=True)
    assert added.status_code == 200
    assert re.search(r'<input[^>]*data-focus[^>]*name="emails-2-value"', added.text)
    removed = helpdesk.post(address, fields | {"do": "remove emails-0"}, htmx=True)
    assert ('value="a"' in removed.text, 'value="b"' in removed.text) == (False, True)
    assert stored(bo)["userName"] == "bo@acme.example"


def test_manager_is_found_and_chosen(helpdesk, new_user, stored, edit):
    boss = new_user({"userName": "boss", "displayName": "The Boss"})
    bo = new_user(RICH)
    page = helpdesk.post(f"users/{bo}/edit", {"do": "find manager", "manager_q": "bos"})
    radio = f'type="radio" name="manager" id="manager-{boss}" value="{boss}"'
    assert radio in " ".join(page.text.split())
    part = helpdesk.get("users/managers", manager_q="boss", htmx=True).text
    assert part.lstrip().startswith('<div class="rows" id="manager-hits"')
    edit(bo, manager=boss)
    assert stored(bo)[ENTERPRISE_USER]["manager"] == {"value": boss}


def test_manager_from_elsewhere_is_kept(helpdesk, new_user):
    page = helpdesk.get(f"users/{new_user(RICH)}/edit").text
    assert 'value="E77" checked' in " ".join(page.split())
    assert "not a user here" in page


def test_pushed_user_says_what_the_next_push_does(helpdesk, new_user, okta):
    page = helpdesk.get(f"users/{new_user(RICH, origin=okta)}/edit").text
    assert "Its next push of such a field writes over what you save here." in page
    assert '<span class="tag">Okta production</span>' in page


def test_change_meanwhile_is_shown_and_saved_over_when_told(
    helpdesk, acme, do, new_user, stored, okta
):
    bo = new_user(RICH)
    fields = fields_of(helpdesk.get(f"users/{bo}/edit").text) | {"title": "Mine"}
    do(users.replace, acme, bo, RICH | {"title": "Theirs"}, origin=okta)
    answer = helpdesk.post(f"users/{bo}/edit", fields)
    assert answer.status_code == 409
    said = " ".join(answer.text.split())
    assert "This user changed while you were editing" in said
    assert "<bdi>Okta production</bdi>" in said
    assert "title “” → “Theirs”" in said
    assert stored(bo)["title"] == "Theirs"
    again = fields_of(answer.text)
    assert again["title"] == "Mine"
    assert helpdesk.post(f"users/{bo}/edit", again).status_code == 303
    assert stored(bo)["title"] == "Mine"


@pytest.mark.parametrize("version", ["²", "9" * 5_000, "-1", "99", "\0", ""])
def test_version_that_was_never_seen_is_asked_about(edit, new_user, stored, version):
    bo = new_user(RICH)
    answer = edit(bo, title="Mine", version=version)
    assert answer.status_code == 409
    assert fields_of(answer.text)["title"] == "Mine"
    assert "title" not in stored(bo)


def test_parts_of_the_form_lead_a_plain_browser_to_the_form(helpdesk, new_user):
    bo = new_user(RICH)
    found = helpdesk.get("users/managers", manager_q="boss")
    free = helpdesk.post("users/validate", {"user_name": "cy"})
    own = helpdesk.post(f"users/validate?user_id={bo}", {"user_name": "cy"})
    assert (found.status_code, found.location) == (303, "/o/acme/users/new")
    assert (free.status_code, free.location) == (303, "/o/acme/users/new")
    assert (own.status_code, own.location) == (303, f"/o/acme/users/{bo}/edit")


@pytest.mark.parametrize("address", ["users/new", "users/{}/edit", "users/validate"])
def test_form_needs_the_role_the_token_and_the_organization(
    viewer, helpdesk, stranger, anonymous, new_user, stored, address
):
    bo = new_user(RICH)
    address, fields = address.format(bo), {"user_name": "changed"}
    assert viewer.post(address, fields).status_code == 403
    assert helpdesk.post(address, fields, with_token=False).status_code == 422
    assert stranger.post(address, fields).status_code == 404
    assert anonymous.post(address, fields, with_token=False).status_code == 401
    assert stored(bo)["userName"] == "bo@acme.example"


@pytest.mark.parametrize("address", ["users/new", "users/{}/edit", "users/managers"])
def test_viewer_does_not_see_the_forms(viewer, new_user, address):
    answer = viewer.get(address.format(new_user(RICH)))
    assert answer.status_code == 403
    assert "You need the role of a helpdesk" in answer.text


def test_forged_id_of_another_organization_is_not_there(helpdesk, globex, new_user):
    gus = new_user({"userName": "gus"}, organization=globex)
    assert helpdesk.get(f"users/{gus}/edit").status_code == 404
    assert helpdesk.post(f"users/{gus}/edit", {"user_name": "x"}).status_code == 404
    checked = helpdesk.post(f"users/validate?user_id={gus}", {"user_name": "x"})
    assert checked.status_code == 404
    assert helpdesk.get(f"users/{new_id()}/edit").status_code == 404
