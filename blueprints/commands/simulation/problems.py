"""Requests that a server must refuse: its error pages then have something to show."""

from __future__ import annotations

from collections import Counter
from typing import Final

from blueprints.commands.simulation import okta, wire
from blueprints.commands.simulation.okta import Document
from blueprints.commands.simulation.users import MISSING, Users
from blueprints.commands.simulation.wire import Refused, Wire

UNKNOWN_USER: Final = "/Users/00000000-0000-4000-8000-000000000000"


class NotRefused(Exception):
    """The server took what it must refuse; the text says what."""


class Problems:
    """Asks for refusals, and keeps them in `refused`.

    What a server makes instead can be deleted by `clean`.
    """

    def __init__(self, wire: Wire, users: Users) -> None:
        self._wire = wire
        self._users = users
        self.refused: list[Refused] = []
        self._made: list[str] = []

    def taken_name(self) -> Counter[str]:
        """Somebody who is there is created without the look-up: 409."""
        person = self._users.taken()
        if person is None:
            return Counter({MISSING: 1})
        body = self._users.new_body(person)
        return self._wish(409, "POST", "/Users", body)

    def unknown_user(self) -> Counter[str]:
        """Somebody is deactivated whom the server does not know: 404."""
        body = okta.patch(okta.active(False, with_path=False))
        return self._wish(404, "PATCH", UNKNOWN_USER, body)

    def cut_token(self) -> Counter[str]:
        """The token lost its end when it was pasted: 401."""
        return self._wish(401, "GET", okta.CREDENTIAL_TESTS[0], cut=True)

    def clean(self) -> Counter[str]:
        """Delete the second user of the same name, where there is one."""
        for user_id in self._made:
            self._wire.send("DELETE", okta.address("Users", user_id))
        return Counter({"users deleted": len(self._made)})

    def _wish(
        self,
        status: int,
        method: str,
        target: str,
        body: Document | None = None,
        *,
        cut: bool = False,
    ) -> Counter[str]:
        try:
            answer = self._wire.send(method, target, body, cut=cut)
        except Refused as refused:
            if refused.status != status:
                raise
            self.refused.append(refused)
            return Counter({f"refused with {status}": 1})
        made = wire.read(answer) if method == "POST" else None
        self._made += [str(made["id"])] if made and "id" in made else []
        raise NotRefused(
            f"{method} {target.partition('?')[0]} was answered {answer.status_code}, "
            f"where {status} is due."
        )
