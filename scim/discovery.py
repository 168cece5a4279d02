"""What this service can do, as SCIM says it (RFC 7643 §5 to §7, RFC 7644 §4).

Rendered from `scim/schemas.py` and the limits in `scim/names.py`, so that what is
published is what is done. The addresses, and who may read them, are for the door.
"""

from __future__ import annotations

from scim import names
from scim.attributes import JSON, Attribute, Document, ResourceType, Schema
from scim.schemas import RESOURCE_TYPES, SCHEMAS


def service_provider_config(base_url: str, body_limit_bytes: int) -> Document:
    """The features and limits (RFC 7643 §5), paging included (RFC 9865 §4).

    `base_url` is the address of the SCIM root, without a slash at its end.
    """
    return {
        "schemas": [names.SERVICE_PROVIDER_CONFIG],
        "patch": {"supported": True},
        # authentik cuts its PATCH requests by maxOperations, bulk supported or not.
        "bulk": {
            "supported": False,
            "maxOperations": names.MAX_OPERATIONS,
            "maxPayloadSize": body_limit_bytes,
        },
        "filter": {"supported": True, "maxResults": names.MAX_COUNT},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": True},
        "pagination": {
            "cursor": False,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": names.DEFAULT_COUNT,
            "maxPageSize": names.MAX_COUNT,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Provisioning token",
                "description": "A token made in Rollcall for one organization, sent as "
                "Authorization: Bearer.",
                "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
                "primary": True,
            }
        ],
        "meta": _meta("ServiceProviderConfig", f"{base_url}/ServiceProviderConfig"),
    }


def resource_type_documents(base_url: str) -> list[Document]:
    """The types of resources (RFC 7643 §6); `base_url` as above."""
    return [_resource_type(resource_type, base_url) for resource_type in RESOURCE_TYPES]


def schema_documents(base_url: str) -> list[Document]:
    """The schemas with every characteristic (RFC 7643 §7); `base_url` as above."""
    return [_schema(schema, base_url) for schema in SCHEMAS]


def _resource_type(resource_type: ResourceType, base_url: str) -> Document:
    extensions: list[JSON] = [
        {"schema": schema.id, "required": False} for schema in resource_type.extensions
    ]
    location = f"{base_url}/ResourceTypes/{resource_type.name}"
    return {
        "schemas": [names.RESOURCE_TYPE],
        "id": resource_type.name,
        "name": resource_type.name,
        "endpoint": resource_type.endpoint,
        "description": resource_type.description,
        "schema": resource_type.core.id,
        "schemaExtensions": extensions,
        "meta": _meta("ResourceType", location),
    }


def _schema(schema: Schema, base_url: str) -> Document:
    return {
        "schemas": [names.SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": [_attribute(attribute) for attribute in schema.attributes],
        "meta": _meta("Schema", f"{base_url}/Schemas/{schema.id}"),
    }


def _attribute(attribute: Attribute) -> Document:
    """An attribute; what applies to some types only is there for those only."""
    document: Document = {
        "name": attribute.name,
        "type": attribute.kind,
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        "caseExact": attribute.case_exact,
        "mutability": attribute.mutability,
        "returned": attribute.returned,
        "uniqueness": attribute.uniqueness,
    }
    if attribute.canonical_values:
        document["canonicalValues"] = list(attribute.canonical_values)
    if attribute.reference_types:
        document["referenceTypes"] = list(attribute.reference_types)
    if attribute.sub_attributes:
        document["subAttributes"] = [
            _attribute(sub) for sub in attribute.sub_attributes
        ]
    return document


def _meta(resource_type: str, location: str) -> Document:
    return {"resourceType": resource_type, "location": location}
