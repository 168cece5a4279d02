"""How the pages of an import speak of users, and how of groups; their forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from wtforms import RadioField, SelectChoice

from blueprints.admin_ui.forms import Form
from services.files.csv_kinds import Noun


class GroupColumnsForm(Form):
    """How groups are found; the columns themselves are of the template's making."""

    match = RadioField(
        "Find groups that are here already by",
        choices=[
            SelectChoice("displayName", "Name"),
            SelectChoice("externalId", "External ID"),
        ],
        default="displayName",
    )


class UserColumnsForm(Form):
    """How people are found, and what an empty cell says."""

    match = RadioField(
        "Find people who are here already by",
        choices=[
            SelectChoice("userName", "User name"),
            SelectChoice("externalId", "External ID"),
        ],
        default="userName",
    )
    empty = RadioField(
        "An empty cell",
        choices=[
            SelectChoice("keep", "leaves the value as it is"),
            SelectChoice("clear", "clears the value"),
        ],
        default="keep",
    )


@dataclass(frozen=True)
class Words:
    """What is said on the pages. `section` is the view of the list.

    `source`, `columns`, `trial` and `load` say what may be chosen and what the steps
    do; `counted` is what the largest number of is named.
    """

    noun: Noun
    one: str
    many: str
    title: str
    list_title: str
    section: str
    name: str
    no_name: str
    counted: str
    source: str
    columns: str
    trial: str
    load: str
    match_hints: Mapping[str, str]
    form: type[Form]


USERS: Final = Words(
    noun="users",
    one="person",
    many="people",
    title="Import users",
    list_title="Users",
    section="list_users",
    name="User name",
    no_name="user name",
    counted="people",
    source="From a CSV file, such as an export of Okta, of Entra or of Rollcall "
    "itself.",
    columns="You say what each column of the file stands for. Rollcall guesses from "
    "the headings.",
    trial="You see how many people would be created and changed, and which lines have "
    "problems. Nothing is written.",
    load="People who are in the file are created or changed. Nobody who is missing "
    "from it is touched. The upload is dropped after 7 days.",
    match_hints={
        "userName": "Without a column for it, the email is taken.",
        "externalId": "For people whose user name may have changed.",
    },
    form=UserColumnsForm,
)
GROUPS: Final = Words(
    noun="groups",
    one="group",
    many="groups",
    title="Import groups",
    list_title="Groups",
    section="list_groups",
    name="Group",
    no_name="group name",
    counted="lines",
    source="With their members, from a CSV file: one made by hand, or an export of "
    "Rollcall.",
    columns="A line holds the name of a group and the user name of a member, or of "
    "several with semicolons between them. You say which column is which. Rollcall "
    "guesses from the headings.",
    trial="You see how many groups would be created and changed, how many members "
    "they would gain, and which lines have problems. Nothing is written.",
    load="Groups that are in the file are created or changed, and the members that it "
    "names are added. Members whom it does not name stay where they are. The upload is "
    "dropped after 7 days.",
    match_hints={
        "displayName": "Whatever the letter case.",
        "externalId": "For groups whose name may have changed: they are renamed.",
    },
    form=GroupColumnsForm,
)

WORDS: Final[Mapping[Noun, Words]] = {"users": USERS, "groups": GROUPS}
