"""Undo: of one request, or of all that somebody did in a while; asked, then done.

The question names what would be changed back and what stays. What is then done is what
it showed: when something changed since, it is asked anew.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Response, g, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import SelectField, StringField

from blueprints.admin_ui import access, bp, formats, fragments
from blueprints.admin_ui.activity import undo_words
from blueprints.admin_ui.forms import Form, Refusal, stripped
from blueprints.errors import Refused
from services.access import organization_admins, roles, token_lists
from services.errors import Invalid
from services.origin import is_id
from services.undo import undoing
from services.undo.previewing import Preview
from services.undo.selection import Selection
from services.undo.undoing import NotAsShown

SECTION: Final = "list_activity"

_LOCAL: Final = "%Y-%m-%dT%H:%M"

_YEARS: Final = range(1970, 2201)
"""Of times that are asked for: others cannot be shown on every clock."""


class UndoForm(Form):
    """A while, and whose changes."""

    by = SelectField("Whose changes", validate_choice=False)
    since = StringField("From", filters=[stripped])
    until = StringField("Until", filters=[stripped])


@bp.get("/o/<slug>/undo")
def preview_undo(slug: str) -> AnyResponse:
    """What undoing would come to; without a while or a request, the form for one."""
    g.section = SECTION
    if not ("request" in request.args or "since" in request.args):
        return _form(slug, _empty_form())
    try:
        found = undoing.preview(g.organization, _selection(), g.now)
    except Refusal as refusal:
        return _refuse(slug, refusal)
    _check_role(found)
    return _question(slug, found)


@bp.post("/o/<slug>/undo")
def undo(slug: str) -> AnyResponse:
    """Do what the preview showed, at once or as a job."""
    g.section = SECTION
    try:
        selection = _selection()
        came = undoing.undo(
            g.organization,
            selection,
            digest=_checked_digest(selection),
            origin=g.origin,
        )
    except Refusal as refusal:
        return _refuse(slug, refusal)
    except NotAsShown as changed:
        found = undoing.preview(g.organization, selection, g.now)
        _check_role(found)
        return _question(slug, found, notice=changed.detail)
    if isinstance(came, str):
        return fragments.go(url_for("admin_ui.show_job", slug=slug, job_id=came))
    fragments.notify(undo_words.done(came))
    return fragments.go(_back(slug))


def _selection() -> Selection:
    """What the address or the form names; raises `Invalid`."""
    values = request.values
    return Selection(
        values.get("request", ""),
        _actor(),
        _instant("since", values.get("since", "")),
        _instant("until", values.get("until", "")),
    )


def _actor() -> str:
    """The key of whose changes are meant; nothing for everybody."""
    values = request.values
    if values.get("token"):
        return f"token:{values['token']}"
    if values.get("admin"):
        return f"admin:{values['admin']}"
    return values.get("by", "")


def _instant(name: str, text: str) -> datetime | None:
    """An instant as the address has it, or a time as the admin's clock shows it."""
    if not text.strip():
        return None
    try:
        at = datetime.fromisoformat(text.strip())
        if at.year not in _YEARS:
            raise ValueError(text)
        local = at if at.tzinfo else at.replace(tzinfo=formats.zone())
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        sentence = "Enter a date and a time, such as 2026-11-24 14:02."
        raise Invalid(name, sentence) from error


def _check_role(found: Preview) -> None:
    """Who works for users and groups is not told what was done to tokens and admins.

    Nor may they undo at large, as they may not act on everybody in a list.
    """
    takes_admin = found.others or found.is_large
    if takes_admin and not roles.allows(g.role, "admin"):
        raise Refused(access.sentence("admin"))


def _checked_digest(selection: Selection) -> str:
    """Of what the question showed, and whoever asks may do; else `Refused`."""
    digest = request.form.get("digest", "")
    if not roles.allows(g.role, "admin"):
        found = undoing.preview(g.organization, selection, g.now)
        _check_role(found)
        # What is checked has to be what is done, if it differs a moment later.
        return digest if digest == found.digest else ""
    return digest


def _question(slug: str, found: Preview, notice: str = "") -> Response:
    return fragments.show(
        "undo/preview.html",
        "undo/_preview.html",
        status=409 if notice else 200,
        found=found,
        counts=[(one, undo_words.counted(one, found)) for one in found.counts],
        words=undo_words.all_of(found),
        notice=notice,
        span=_span(found),
        fields=_fields(found),
        back=_back(slug),
        slug=slug,
    )


def _span(found: Preview) -> tuple[str, ...]:
    """From when until when, to the second: `24 Nov 2026, 14:02:00`."""
    ends = (found.selection.since, found.selection.until)
    zone = formats.zone()
    return tuple(
        f"{at.astimezone(zone):%-d %b %Y, %H:%M:%S}" for at in ends if at is not None
    )


def _fields(found: Preview) -> list[tuple[str, str]]:
    """What the question hands on to the act."""
    chosen, fields = found.selection, list[tuple[str, str]]()
    if chosen.request_id:
        fields.append(("request", chosen.request_id))
    if chosen.actor:
        fields.append(("by", chosen.actor))
    for name, at in (("since", chosen.since), ("until", chosen.until)):
        if at is not None:
            fields.append((name, at.isoformat()))
    back = fragments.local_path(request.values.get("next"), "")
    return [*fields, ("digest", found.digest), *([("next", back)] if back else [])]


def _back(slug: str) -> str:
    """Where one came from, or the request, or all activity."""
    request_id = request.values.get("request", "")
    otherwise = (
        url_for("admin_ui.show_activity", slug=slug, request_id=request_id)
        if is_id(request_id)
        else url_for("admin_ui.list_activity", slug=slug)
    )
    return fragments.local_path(request.values.get("next"), otherwise)


def _empty_form() -> UndoForm:
    """The last hour, and whoever the address names."""
    since = (g.now - timedelta(hours=1)).astimezone(formats.zone())
    return UndoForm(formdata=None, by=_actor(), since=since.strftime(_LOCAL), until="")


def _refuse(slug: str, refusal: Exception) -> Response:
    form = UndoForm(request.values, by=_actor())
    form.by.data = _actor()
    form.show(refusal)
    return _form(slug, form, 422)


def _form(slug: str, form: UndoForm, status: int = 200) -> Response:
    form.by.choices = _choices(form.by.data)
    return fragments.show(
        "undo/new.html",
        "undo/_form.html",
        status=status,
        form=form,
        time_zone=formats.zone().key,
        back=_back(slug),
        slug=slug,
    )


def _choices(chosen: str | None) -> dict[str, list[tuple[str, str]]]:
    """Everybody, tokens that may write, and admins; and who was chosen, if else.

    Who is no admin of the organization is not told who is: there is only themselves.
    """
    tokens = [
        (f"token:{one.public_id}", f"{one.name} (rcl_{one.public_id}…)")
        for one in token_lists.list_all(g.organization, g.now)
        if one.scope == "full"
    ]
    actor = g.signed_in.actor
    admins = [(actor.key, actor.name)]
    if roles.allows(g.role, "admin"):
        people = organization_admins.list_all(g.organization)
        named = [(f"admin:{one.id}", one.name) for one in people]
        admins = list(dict.fromkeys([*admins, *named]))
    choices = {"All": [("", "Everybody")], "Tokens": tokens, "Admins": admins}
    known = {key for group in choices.values() for key, _ in group}
    if chosen and chosen not in known:
        choices["All"].append((chosen, chosen))
    return {label: group for label, group in choices.items() if group}
