"""The guides that connect a provider: its fields and buttons, as it spells them.

Text stands here as data; pages lay it out. Names of buttons and fields of the provider
stand between pairs of asterisks, as in the error catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from services.connection.health import TokenHealth
from services.connection.ticks import Step

Key = Literal["okta", "entra", "other"]
Kind = Literal["copy", "text", "ticks"]

BASE_URL: Final = "{base_url}"
"""Stands in a field for the base URL of this installation."""


@dataclass(frozen=True)
class Field:
    """A field of the provider's form, and what goes into it."""

    label: str
    kind: Kind
    value: str = ""
    ticks: tuple[str, ...] = ()


@dataclass(frozen=True)
class App:
    """A kind of app at the provider: how it is found, and its form."""

    key: str
    label: str
    path: str
    fields: tuple[Field, ...]
    hint: str = ""


@dataclass(frozen=True)
class Guide:
    """The way to connect one provider.

    `name` is who sends, `where` what is clicked in; `provider` is its name in the
    request log, or nothing. `test` is the button that sends the first request, `blocks`
    what usually keeps a step waiting.
    """

    key: Key
    label: str
    title: str
    name: str
    where: str
    provider: str
    lede: str
    token_name: str
    apps: tuple[App, ...]
    test: str
    after_test: str
    last_title: str
    last: tuple[str, ...]
    notes: tuple[tuple[str, str], ...] = ()
    blocks: Mapping[Step, str] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        """The view of the guide."""
        return f"connect_{self.key}"

    @property
    def creates(self) -> str:
        """The view that makes its token."""
        return f"create_{self.key}_token"

    def app(self, key: str) -> App:
        """The kind of app of that key; the first for any other."""
        return next((one for one in self.apps if one.key == key), self.apps[0])


_ACTIONS: Final = (
    "Import New Users and Profile Updates",
    "Push New Users",
    "Push Profile Updates",
    "Push Groups",
    "Import Groups",
)
_INTEGRATION: Final = (
    "**Applications** → your app → **Provisioning** → **Integration** → "
)
_CATALOG: Final = (
    "**Applications** → **Browse App Catalog** → **SCIM 2.0 Test App ({0})** → "
    "**Add Integration**, then **Provisioning** → **Configure API Integration** → "
    "**Enable API Integration**"
)
_NOT_OIDC: Final = (
    "An OpenID Connect app cannot provision. Switch **SCIM** on first, under "
    "**General** → **App Settings** → **Edit**: the tab **Provisioning** appears."
)
_FOR_TESTS: Final = (
    "Okta means its catalog's test apps for development. For production, an app of "
    "your own is the first choice."
)

OKTA: Final = Guide(
    key="okta",
    label="Okta",
    title="Connect Okta",
    name="Okta",
    where="Okta",
    provider="Okta",
    lede="About five minutes. You need Okta’s admin console open in another tab.",
    token_name="Okta production",  # noqa: S106 - the name of a token
    apps=(
        App(
            "own",
            "Your own SAML or SWA app",
            _INTEGRATION + "**Edit**",
            (
                Field("SCIM connector base URL", "copy", BASE_URL),
                Field("Unique identifier field for users", "copy", "userName"),
                Field("Supported provisioning actions", "ticks", ticks=_ACTIONS),
                Field("Authentication Mode", "text", "**HTTP Header**"),
                Field(
                    "Authorization",
                    "text",
                    "The token from step 1. Okta adds the word Bearer itself.",
                ),
            ),
            _NOT_OIDC,
        ),
        App(
            "bearer",
            "Bearer token app",
            _CATALOG.format("OAuth Bearer Token"),
            (
                Field("SCIM 2.0 Base Url", "copy", BASE_URL),
                Field(
                    "OAuth Bearer Token",
                    "text",
                    "The token from step 1. Okta adds the word Bearer itself.",
                ),
            ),
            _FOR_TESTS,
        ),
        App(
            "header",
            "Header auth app",
            _CATALOG.format("Header Auth"),
            (
                Field("Base URL", "copy", BASE_URL),
                Field(
                    "API Token",
                    "text",
                    "The token from step 1. Okta sends it exactly as it is pasted, and "
                    "Rollcall takes it with and without the word Bearer before it.",
                ),
            ),
            _FOR_TESTS,
        ),
    ),
    test="Test API Credentials",
    after_test="An app of your own calls the button **Test Connector Configuration**. "
    "Then **Save**.",
    last_title="Turn on provisioning to the app",
    last=(
        "In Okta, **Provisioning** → **To App** → **Edit**: enable **Create Users**, "
        "**Update User Attributes** and **Deactivate Users**, then **Save**. Leave "
        "**Sync Password** off.",
        "**Assignments** → **Assign** brings people, **Push Groups** brings groups.",
    ),
    notes=(
        (
            "Okta advises using different groups for assigning people and for Push "
            "Groups.",
            "Okta does not support one group for both: it may push the group while "
            "some of its people are still being created here. They are left out of the "
            "group until the next push.",
        ),
    ),
    blocks={
        "reached": "The base URL must be reachable from the internet over https, and "
        "end in /scim/v2. Press **Test API Credentials**.",
        "accepted": "Paste the whole token again under **Provisioning** → "
        "**Integration** → **Edit**, then **Test API Credentials** and **Save**.",
        "discovery": "Okta reads it for **Import User Schema** and entitlements alone.",
        "looked_up": "Okta looks somebody up before it creates them. Assign a person "
        "under **Assignments** → **Assign to People**.",
        "created": "**Create Users** must be enabled under **To App**, and somebody "
        "assigned. See Okta’s **Dashboard** → **Tasks** for what failed.",
        "updated": "**Update User Attributes** must be enabled under **To App**. "
        "Change a title in Okta, or press **Force Sync**.",
        "deactivated": "**Deactivate Users** must be enabled under **To App**. Take "
        "the assignment of a test person away.",
        "group_pushed": "**Push Groups** → **Find groups by name**, choose one, "
        "**Save**.",
        "members_changed": "Members arrive only when they are assigned to the app too, "
        "and active. Then **Push Groups** → **Push now**.",
        "imported": "**Import** → **Import Now**. It needs **Import New Users and "
        "Profile Updates** among the supported actions.",
    },
)

ENTRA: Final = Guide(
    key="entra",
    label="Microsoft Entra ID",
    title="Connect Microsoft Entra ID",
    name="Entra ID",
    where="Microsoft Entra",
    provider="Entra ID",
    lede="About ten minutes. You need the Microsoft Entra admin center open in another "
    "tab.",
    token_name="Entra ID",  # noqa: S106 - the name of a token
    apps=(
        App(
            "entra",
            "",
            "**Enterprise apps** → **New application** → **Create your own "
            "application**, then **Provisioning** → **New configuration**",
            (
                Field("Tenant URL", "copy", BASE_URL),
                Field("Secret Token", "text", "The token from step 1, by itself."),
            ),
            "Older consoles ask for **Provisioning Mode** first: choose **Automatic**, "
            "and open **Admin Credentials**.",
        ),
    ),
    test="Test Connection",
    after_test="Entra ID asks for a user who is not there, and Rollcall answers with "
    "an empty list: that is right. Then **Create**, or **Save**.",
    last_title="Start provisioning",
    last=(
        "**Users and groups** → **Add user/group**: who is to be provisioned. Groups "
        "inside of groups are not looked into.",
        "**Provision on demand** sends one person at once. **Start provisioning** "
        "begins the rounds: the first takes a while, then one comes about every 40 "
        "minutes.",
    ),
    notes=(
        (
            "Entra ID advises a token that does not end; rotate one with a date in "
            "time.",
            "With a token that has ended, Entra ID puts the provisioning job into "
            "quarantine. Rollcall warns 30, 7 and 1 days before.",
        ),
    ),
    blocks={
        "reached": "The Tenant URL must be reachable from the internet over https, and "
        "end in /scim/v2. Press **Test Connection**.",
        "accepted": "Paste the whole token again as **Secret Token**, then **Test "
        "Connection** and **Save**.",
        "discovery": "Entra ID reads it for its own schema discovery alone.",
        "looked_up": "**Test Connection** looks somebody up, who is not there.",
        "created": "Nobody is in scope: **Users and groups** → **Add user/group**, "
        "then **Provision on demand** or **Start provisioning**.",
        "updated": "Change a title in Entra ID; the next round brings it, some 40 "
        "minutes later. **Provision on demand** brings it at once.",
        "deactivated": "Take a test person out of **Users and groups**; the next round "
        "deactivates them here.",
        "group_pushed": "**Mappings** → **Provision Microsoft Entra ID Groups** must "
        "be enabled, and a group assigned to the app.",
        "members_changed": "Members follow their group in a later round, once they are "
        "here themselves.",
        "imported": "Entra ID reads no list of all users.",
    },
)

OTHER: Final = Guide(
    key="other",
    label="Other",
    title="Connect another client",
    name="The client",
    where="your client",
    provider="",
    lede="Whatever speaks SCIM 2.0: another identity provider, or a program of yours.",
    token_name="",
    apps=(
        App(
            "other",
            "",
            "where it asks for a SCIM endpoint",
            (
                Field("Base URL", "copy", BASE_URL),
                Field(
                    "Bearer token",
                    "text",
                    "The token from step 1, in the Authorization header.",
                ),
                Field("Unique identifier", "copy", "userName"),
            ),
            "A client that has one field for the whole Authorization header wants the "
            "word Bearer and a blank before the token.",
        ),
    ),
    test="Test connection",
    after_test="Or send any request, such as this one.",
    last_title="Send people and groups",
    last=(
        "Users are matched by userName, in any letter case. Deactivate with "
        "active: false; DELETE keeps a user under Deleted for a while.",
        "No client at hand? flask simulate okta plays Okta’s requests.",
    ),
    blocks={
        "reached": "The base URL must be reachable from where the client runs, and end "
        "in /scim/v2.",
        "accepted": "Send the whole token in the Authorization header, after the word "
        "Bearer.",
        "discovery": "Many clients never read /ServiceProviderConfig, /ResourceTypes "
        "or /Schemas.",
        "looked_up": 'A list of users with a filter such as userName eq "…".',
        "created": "A POST to /Users.",
        "updated": "A PUT or PATCH that changes something of a user.",
        "deactivated": "active: false by PUT or PATCH, or a DELETE.",
        "group_pushed": "A POST to /Groups, or a PUT or PATCH of a group.",
        "members_changed": "A change of a group’s members. They must be users here.",
        "imported": "All pages of /Users, up to the last one.",
    },
)

GUIDES: Final[dict[str, Guide]] = {one.key: one for one in (OKTA, ENTRA, OTHER)}

STEP_WORDS: Final[dict[Step, str]] = {
    "reached": "Reached Rollcall",
    "accepted": "Token accepted",
    "discovery": "Discovery read",
    "looked_up": "User looked up",
    "created": "User created",
    "updated": "User updated",
    "deactivated": "User deactivated",
    "group_pushed": "Group pushed",
    "members_changed": "Members changed",
    "imported": "Import read to the end",
}


def of(connection: TokenHealth) -> Guide:
    """The guide of who sends; while that is unknown, as the token is called."""
    known = (OKTA, ENTRA)
    if connection.provider:
        sender = connection.provider
        return next((one for one in known if one.provider == sender), OTHER)
    name = connection.token.name.casefold()
    return next((one for one in known if one.key in name), OTHER)
