"""Pages or parts of them: one decision, for every view.

htmx asks for the part it will put in place; everything else gets the page, which
includes the very same part.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from flask import Response, flash, make_response, redirect, render_template, request
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response as AnyResponse

from blueprints.htmx import VARY, is_polled, local_path, wants_fragment

__all__ = ["VARY", "go", "is_polled", "local_path", "notify", "show", "wants_fragment"]


def show(
    page: str, *parts: str, status: int = 200, **values: Any
) -> Response:  # Any: what the templates declare
    """The page; or its parts for htmx, the first in place, others out of band.

    Parts after the first carry `hx-swap-oob` when `is_oob` is set, as it is here.
    Notices that wait come along.
    """
    if not (parts and wants_fragment()):
        return make_response(render_template(page, **values), status)
    first, *others = parts
    texts = [render_template(first, **values)]
    texts += [render_template(one, **values, is_oob=True) for one in others]
    texts.append(render_template("layouts/_toasts.html", is_oob=True))
    return make_response("\n".join(texts), status)


def notify(sentence: str, *, undo: str = "", kind: str = "done") -> None:
    """Tell something at the next occasion; `undo` is the address that takes it back.

    Kinds: `done` goes by itself, `problem` stays.
    """
    flash({"sentence": sentence, "undo": undo}, kind)  # type: ignore[arg-type]  # kept as JSON


def go(address: str) -> AnyResponse:
    """On to another page, after something was done; the list anew where it is open."""
    if not wants_fragment():
        return redirect(address, 303)
    uri = iri_to_uri(address)
    if request.headers.get("HX-Target") == "results" and _is_open(uri):
        # The page stays, with its place; the list comes with filters and notices.
        part = {"target": "#results", "swap": "outerHTML", "push": "false"}
        return Response("", 200, {"HX-Location": json.dumps({"path": uri, **part})})
    # A whole page, so that title, focus and history are the browser's own.
    return Response("", 200, {"HX-Redirect": uri})


def _is_open(uri: str) -> bool:
    """Whether htmx asks from the page of that path."""
    try:
        current = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return False
    return current.path == urlsplit(uri).path
