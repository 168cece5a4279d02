"""Where things are clicked at the providers: their own names of buttons and pages.

Each place is an act that entries of the catalogue ask for, spelt out for every provider
whose names are known. What a provider has no words of its own for is said in general
ones; they are good for any client.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final


class Place(Enum):
    """An act at the provider's side."""

    PASTE_TOKEN = auto()
    CHOOSE_BEARER = auto()
    SET_BASE_URL = auto()
    CORRECT_MAPPING = auto()
    CORRECT_PERSON = auto()
    RETRY = auto()
    ASSIGN = auto()
    ASSIGN_AGAIN = auto()
    PUSH_AGAIN = auto()
    LINK_GROUP = auto()
    PUSH_AS_NEW = auto()
    WAIT = auto()


GENERAL: Final = "the provisioning client"

_GENERAL: Final[Mapping[Place, tuple[str, ...]]] = {
    Place.PASTE_TOKEN: (
        "At {client}, open the settings of the connection and paste the token by "
        "itself, without the word Bearer, quotation marks or blanks.",
        "Test the connection there, and save.",
    ),
    Place.CHOOSE_BEARER: (
        "At {client}, choose a bearer token as the kind of credentials: neither a user "
        "name with a password nor OAuth.",
    ),
    Place.SET_BASE_URL: (
        "At {client}, set the base URL to the one that **Connect** shows here. It ends "
        "in /scim/v2, with nothing after it.",
        "Test the connection there, and save.",
    ),
    Place.CORRECT_MAPPING: (
        "At {client}, open the attribute mapping, and correct or remove the attribute "
        "that is named.",
    ),
    Place.CORRECT_PERSON: (
        "At {client}, correct the profile of the person; the value comes from there.",
    ),
    Place.RETRY: ("Let {client} send the request again.",),
    Place.ASSIGN: (
        "At {client}, assign the people who are missing to this application.",
    ),
    Place.ASSIGN_AGAIN: (
        "Otherwise take the person's assignment away at {client}, and assign again: "
        "that makes a new user here.",
    ),
    Place.PUSH_AGAIN: ("At {client}, push the group again.",),
    Place.LINK_GROUP: (
        "If it is the same group, let {client} match the group that exists by its "
        "name, instead of making one.",
    ),
    Place.PUSH_AS_NEW: (
        "Otherwise unlink the group at {client} and push it again: that makes a new "
        "group here.",
    ),
    Place.WAIT: (
        "Nothing: most clients send the request again by themselves. If {client} does "
        "not, start it there again.",
    ),
}

_OKTA: Final[Mapping[Place, tuple[str, ...]]] = {
    Place.PASTE_TOKEN: (
        "In Okta, open the application, then **Provisioning → Integration → Edit**.",
        "Paste the token by itself into **Authorization**, **OAuth Bearer Token** or "
        "**API Token**, whichever your kind of app has.",
        "Press **Test API Credentials** (**Test Connector Configuration** in an app of "
        "your own), then **Save**.",
    ),
    Place.CHOOSE_BEARER: (
        "In an app of your own, **Authentication Mode** has to be **HTTP Header**, "
        "under **Provisioning → Integration** in Okta. Catalog apps have no such "
        "choice.",
    ),
    Place.SET_BASE_URL: (
        "In Okta, open the application, then **Provisioning → Integration → Edit**.",
        "Set **SCIM connector base URL** (**SCIM 2.0 Base Url** or **Base URL** in a "
        "catalog app) to the one that **Connect** shows here. It ends in /scim/v2, "
        "with nothing after it.",
        "Press **Test API Credentials** (**Test Connector Configuration** in an app of "
        "your own), then **Save**.",
    ),
    Place.CORRECT_MAPPING: (
        "In Okta, open **Provisioning → To App → Attribute Mappings**, and correct or "
        "remove the attribute that is named.",
    ),
    Place.CORRECT_PERSON: ("In Okta, correct the value in the person's **Profile**.",),
    Place.RETRY: (
        "In Okta, open **Dashboard → Tasks**, tick the failed task and press **Retry "
        "Selected**.",
    ),
    Place.ASSIGN: (
        "In Okta, open **Assignments** of the application and assign the people who "
        "are missing.",
    ),
    Place.ASSIGN_AGAIN: (
        "Otherwise open **Assignments** in Okta, remove the person and assign again: "
        "that makes a new user here.",
    ),
    Place.PUSH_AGAIN: (
        "In Okta, open **Push Groups** and choose **Push now** for the group.",
    ),
    Place.LINK_GROUP: (
        "If it is the same group: in Okta, open **Push Groups**, take the failed one "
        "away with **Unlink pushed group**, push the group by name again and choose "
        "**Link Group** instead of **Create Group**.",
    ),
    Place.PUSH_AS_NEW: (
        "Otherwise open **Push Groups** in Okta, choose **Unlink pushed group**, and "
        "push the group again: that makes a new group here.",
    ),
    Place.WAIT: (
        "Nothing: Okta pauses the task and sends it again by itself. Only after ten "
        "tries it waits under **Dashboard → Tasks** for **Retry Selected**.",
    ),
}

_ENTRA: Final[Mapping[Place, tuple[str, ...]]] = {
    Place.PASTE_TOKEN: (
        "In the Microsoft Entra admin center, open **Enterprise applications**, the "
        "application, then **Provisioning**, and there **Connectivity** (**Admin "
        "Credentials** in the older view).",
        "Paste the token by itself into **Secret Token**.",
        "Press **Test Connection**, then **Save**. If the provisioning job is in "
        "quarantine, press **Restart provisioning**.",
    ),
    Place.CHOOSE_BEARER: (
        "In Entra ID, under **Provisioning**, use the fields **Tenant URL** and "
        "**Secret Token**, and no OAuth.",
    ),
    Place.SET_BASE_URL: (
        "In the Microsoft Entra admin center, open **Enterprise applications**, the "
        "application, then **Provisioning**, and there **Connectivity** (**Admin "
        "Credentials** in the older view).",
        "Set **Tenant URL** to the base URL that **Connect** shows here. It ends in "
        "/scim/v2, with nothing after it but perhaps Entra's own flag.",
        "Press **Test Connection**, then **Save**.",
    ),
    Place.CORRECT_MAPPING: (
        "In Entra ID, open **Provisioning → Mappings** of the application, choose "
        "users or groups, and correct or remove the attribute that is named.",
    ),
    Place.CORRECT_PERSON: (
        "In Entra ID, correct the value among the person's **Properties**.",
    ),
    Place.RETRY: (
        "In Entra ID, open **Provisioning → Provision on demand** and choose the "
        "person or group, or wait for the next cycle, which comes about every 40 "
        "minutes.",
    ),
    Place.ASSIGN: (
        "In Entra ID, open **Users and groups** of the application, **Add "
        "user/group**, and assign the people who are missing.",
    ),
    Place.ASSIGN_AGAIN: (
        "Otherwise press **Restart provisioning** under **Provisioning**: Entra ID "
        "looks for everybody again, and makes a new user here of who is missing.",
    ),
    Place.PUSH_AGAIN: (
        "In Entra ID, use **Provisioning → Provision on demand** for the group, or "
        "wait for the next cycle.",
    ),
    Place.LINK_GROUP: (
        "If it is the same group: in Entra ID, under **Provisioning → Mappings** for "
        "groups, let **displayName** be a matching attribute. Then Entra ID takes the "
        "group that exists.",
    ),
    Place.PUSH_AS_NEW: (
        "Otherwise press **Restart provisioning** under **Provisioning**: Entra ID "
        "looks for all groups again, and makes a new one here of what is missing.",
    ),
    Place.WAIT: (
        "Nothing: Entra ID sends the request again in one of its next cycles.",
    ),
}

_ONELOGIN: Final[Mapping[Place, tuple[str, ...]]] = {
    Place.PASTE_TOKEN: (
        "In OneLogin, open the application, then **Configuration**.",
        "Paste the token by itself into **SCIM Bearer Token**.",
        "Press **Enable** under **API Connection**, then **Save**.",
    ),
    Place.SET_BASE_URL: (
        "In OneLogin, open the application, then **Configuration**.",
        "Set **SCIM Base URL** to the one that **Connect** shows here. It ends in "
        "/scim/v2, with nothing after it.",
        "Press **Enable** under **API Connection**, then **Save**.",
    ),
    Place.CORRECT_MAPPING: (
        "In OneLogin, open **Configuration** of the application, and correct or remove "
        "the attribute that is named in **SCIM JSON Template**; its value comes from "
        "**Parameters**.",
    ),
    Place.RETRY: (
        "In OneLogin, open **Users → Provisioning** and let the failed action run "
        "again.",
    ),
}

_JUMPCLOUD: Final[Mapping[Place, tuple[str, ...]]] = {
    Place.PASTE_TOKEN: (
        "In JumpCloud, open the application, then **Identity Management**.",
        "Paste the token by itself into **Token Key**.",
        "Press **Test Connection**, then **Activate** and **Save**.",
    ),
    Place.SET_BASE_URL: (
        "In JumpCloud, open the application, then **Identity Management**.",
        "Set **Base URL** to the one that **Connect** shows here. It ends in /scim/v2, "
        "with nothing after it.",
        "Press **Test Connection**, then **Activate** and **Save**.",
    ),
    Place.ASSIGN: (
        "In JumpCloud, open **User Groups** of the application, and tick a group that "
        "the people who are missing are in.",
    ),
}

_PROVIDERS: Final[Mapping[str, Mapping[Place, tuple[str, ...]]]] = {
    "Okta": _OKTA,
    "Entra ID": _ENTRA,
    "OneLogin": _ONELOGIN,
    "JumpCloud": _JUMPCLOUD,
}
"""By the label that `providers.recognise` gives."""


def steps_at(place: Place, provider: str) -> tuple[str, ...]:
    """How it is done there; in general words when its own are not known."""
    return _PROVIDERS.get(provider, {}).get(place) or _GENERAL[place]
