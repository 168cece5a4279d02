"""The protocol's literals: schema URNs, media type, limits of the wire format."""

from __future__ import annotations

from typing import Final

CORE_USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_USER: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:Schema"
RESOURCE_TYPE: Final = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SERVICE_PROVIDER_CONFIG: Final = (
    "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
)

LIST_RESPONSE: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH_OP: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"

MEDIA_TYPE: Final = "application/scim+json"

DEFAULT_COUNT: Final = 100
"""Resources a list answers when the client names no `count`."""

MAX_COUNT: Final = 1_000
"""Resources a list answers at most; published as `filter.maxResults`."""

MAX_OPERATIONS: Final = 1_000
"""Operations one PATCH may carry."""

MAX_FILTER_LENGTH: Final = 8_192
"""Characters of a filter or a path."""

MAX_DEPTH: Final = 32
"""Nesting of brackets in a filter, and of objects and lists in a body."""

MAX_TEXT_LENGTH: Final = 512
"""Characters of an ordinary (indexed) text value."""

MAX_LONG_TEXT_LENGTH: Final = 65_536
"""Characters of a reference or binary value (pictures, certificates)."""
