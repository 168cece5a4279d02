"""What is done on a page before it is looked at: forms sent, dialogs opened.

Each leaves the directory as it was, or changes only the organization that nothing else
is looked at in; and each may be done again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final, TypeAlias

from playwright.sync_api import FilePayload, Page

from services.access.sign_in import FREE_TRIES

Act: TypeAlias = Callable[[Page], None]

_TRIES: Final = FREE_TRIES + 1
_LARGEST_BODY_BYTES: Final = 16 << 20
"""Unless the installation is set to another."""

MADE_UP_TOKEN: Final = "rcl_" + "Example0" * 2 + "_" + "notARealSecret" * 3
MADE_UP_LINK: Final = "https://rollcall.example/invitations/" + "notARealSecret" * 3


def send(page: Page) -> None:
    """The form as it is."""
    page.locator("#form [type=submit]").last.click()


def sign_in_too_often(page: Page) -> None:
    """As somebody nobody knows, until the server asks for patience."""
    form = page.locator("#form")
    fields = {"email": "nobody@harbour.example", "password": "made up"}
    token = form.locator("[name=csrf_token]").input_value()
    for _ in range(_TRIES):
        page.request.post("/login", form={**fields, "csrf_token": token})
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    send(page)
    page.wait_for_selector("text=Too many tries")


def upload_too_much(page: Page) -> None:
    """A file larger than any request may be."""
    content = b"x" * (_LARGEST_BODY_BYTES + 1)
    file = FilePayload(name="all.csv", mimeType="text/csv", buffer=content)
    page.locator("#file").set_input_files(file)
    send(page)
    page.wait_for_selector("h1:has-text('too large')")


def create_token(page: Page) -> None:
    """Under a name that no token has."""
    page.get_by_label("Name", exact=True).fill(f"Okta {secrets.token_hex(4)}")
    send(page)


def show_token(page: Page) -> None:
    """A new one; what is seen of its secret is made up."""
    create_token(page)
    page.wait_for_selector("[data-copy]")
    _make_up(page, r"rcl_\w{20,}", MADE_UP_TOKEN)
    _make_up(page, r"Okta [0-9a-f]{8}", "Okta production")


def invite(page: Page) -> None:
    """Somebody; what is seen of the link's secret is made up."""
    page.get_by_label("Email").fill("sam.lee@harbour.example")
    send(page)
    page.wait_for_selector("[data-copy]")
    _make_up(page, r"https?://[^\s]+/invitations/[\w-]+", MADE_UP_LINK)


def _make_up(page: Page, pattern: str, text: str) -> None:
    page.evaluate(
        """([pattern, text]) => {
          const found = new RegExp(pattern);
          for (const one of document.querySelectorAll('main *')) {
            if (one.value) one.value = one.value.replace(found, text);
            if (!one.children.length)
              one.textContent = one.textContent.replace(found, text);
          }
        }""",
        [pattern, text],
    )


def meet_a_change(page: Page) -> None:
    """Save what was read in a version before the last."""
    page.locator("[name=version]").evaluate("one => { one.value = one.value - 1 }")
    page.locator("[name=title]").fill("Head of product and design")
    send(page)
    page.wait_for_selector("text=changed while you were editing")


def restore(page: Page) -> None:
    """Somebody whose user name another has by now."""
    page.get_by_role("button", name="Restore").click()
    page.wait_for_selector("[name=name]")


def ask_to_revoke(page: Page) -> None:
    """In a dialog over the page."""
    page.get_by_role("link", name="Revoke…").click()
    page.wait_for_selector("dialog[open] h2")


def ask_to_deactivate(page: Page) -> None:
    """The first two of the list, in a dialog."""
    boxes = page.locator("tbody [type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("button", name="Deactivate", exact=False).first.click()
    page.wait_for_selector("dialog[open] h2")
