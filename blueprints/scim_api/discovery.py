"""`/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas` (RFC 7644 §4).

Query parameters mean nothing here, but for `filter`, which is refused as the RFC asks.
"""

from __future__ import annotations

from flask import Response, current_app, request

from blueprints import addresses
from blueprints.scim_api import answers, bp
from scim import discovery, messages
from scim.attributes import Document
from scim.errors import Forbidden, ResourceNotFound
from services.origin import shorten


@bp.get("/ServiceProviderConfig")
def get_service_provider_config() -> Response:
    """What this service can do (RFC 7643 §5)."""
    _refuse_filter()
    limit = current_app.config["ROLLCALL_BODY_LIMIT_BYTES"]
    return answers.answer(discovery.service_provider_config(addresses.scim(), limit))


@bp.get("/ResourceTypes")
def list_resource_types() -> Response:
    """The kinds of resource (RFC 7643 §6)."""
    return _list(discovery.resource_type_documents(addresses.scim()))


@bp.get("/ResourceTypes/<name>")
def get_resource_type(name: str) -> Response:
    """One kind of resource, by its name."""
    return _one(discovery.resource_type_documents(addresses.scim()), name)


@bp.get("/Schemas")
def list_schemas() -> Response:
    """The schemas, each attribute with its characteristics (RFC 7643 §7)."""
    return _list(discovery.schema_documents(addresses.scim()))


@bp.get("/Schemas/<urn>")
def get_schema(urn: str) -> Response:
    """One schema, by its URN."""
    return _one(discovery.schema_documents(addresses.scim()), urn)


def _list(documents: list[Document]) -> Response:
    _refuse_filter()
    return answers.answer(messages.list_response(documents, len(documents), 1))


def _one(documents: list[Document], wanted: str) -> Response:
    _refuse_filter()
    for document in documents:
        if str(document["id"]).lower() == wanted.lower():
            return answers.answer(document)
    known = ", ".join(str(document["id"]) for document in documents)
    raise ResourceNotFound(
        "not_found", f'There is no "{shorten(wanted)}" here. Known are {known}.'
    )


def _refuse_filter() -> None:
    if "filter" in request.args:
        raise Forbidden(
            "discovery_filter",
            "Discovery documents cannot be filtered. Read them whole.",
        )
