"""What discovery publishes (RFC 7643 §5 to §7, RFC 9865 §4)."""

from __future__ import annotations

from typing import Any

import pytest

from scim import discovery, names

BASE = "https://rollcall.example/scim/v2"


def schema(urn):
    return next(each for each in discovery.schema_documents(BASE) if each["id"] == urn)


def config(body_limit_bytes=1) -> dict[str, Any]:
    return discovery.service_provider_config(BASE, body_limit_bytes)


def attribute(parent, name, key="attributes"):
    return next(each for each in parent[key] if each["name"] == name)


def test_config_tells_features_and_limits():
    published = config(16_777_216)

    assert published["patch"] == {"supported": True}
    assert published["bulk"] == {
        "supported": False,
        "maxOperations": 1_000,
        "maxPayloadSize": 16_777_216,
    }
    assert published["filter"] == {"supported": True, "maxResults": 1_000}
    assert published["meta"]["location"] == f"{BASE}/ServiceProviderConfig"


@pytest.mark.parametrize(
    ("feature", "supported"),
    [("changePassword", False), ("sort", False), ("etag", True)],
)
def test_config_tells_whether_a_feature_is_there(feature, supported):
    assert config()[feature] == {"supported": supported}


def test_config_tells_how_lists_are_paged():
    assert config()["pagination"] == {
        "cursor": False,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 100,
        "maxPageSize": 1_000,
    }


def test_config_tells_how_to_sign_in():
    (scheme,) = config()["authenticationSchemes"]

    assert scheme["type"] == "oauthbearertoken"
    assert scheme["name"] == "Provisioning token"
    assert scheme["primary"] is True
    assert scheme["description"].endswith(".")


def test_resource_types_name_their_schemas():
    user, group = discovery.resource_type_documents(BASE)

    assert (user["id"], user["name"], user["endpoint"]) == ("User", "User", "/Users")
    assert user["schemaExtensions"] == [
        {"schema": names.ENTERPRISE_USER, "required": False}
    ]
    assert (group["schema"], group["schemaExtensions"]) == (names.CORE_GROUP, [])
    assert group["meta"] == {
        "resourceType": "ResourceType",
        "location": f"{BASE}/ResourceTypes/Group",
    }


def test_all_schemas_are_published_at_their_addresses():
    documents: list[dict[str, Any]] = discovery.schema_documents(BASE)

    assert [each["id"] for each in documents] == [
        names.CORE_USER,
        names.CORE_GROUP,
        names.ENTERPRISE_USER,
    ]
    assert documents[0]["meta"]["location"] == f"{BASE}/Schemas/{names.CORE_USER}"
    assert documents[0]["schemas"] == [names.SCHEMA]


def test_attribute_is_published_with_every_characteristic():
    published = attribute(schema(names.CORE_USER), "userName")

    assert published.pop("description")
    assert published == {
        "name": "userName",
        "type": "string",
        "multiValued": False,
        "required": True,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "server",
    }


def test_parts_types_and_references_are_published_where_they_apply():
    emails = attribute(schema(names.CORE_USER), "emails")
    members = attribute(schema(names.CORE_GROUP), "members")
    kind = attribute(emails, "type", "subAttributes")
    reference = attribute(members, "$ref", "subAttributes")

    assert kind["canonicalValues"] == ["work", "home", "other"]
    assert "subAttributes" not in kind
    assert reference["referenceTypes"] == ["User", "Group"]


@pytest.mark.parametrize("part", ["value", "$ref", "type"])
def test_parts_of_a_member_are_immutable(part):
    """RFC 7643 §4.2: a member is added or removed, never changed."""
    members = attribute(schema(names.CORE_GROUP), "members")

    assert attribute(members, part, "subAttributes")["mutability"] == "immutable"


def test_password_is_not_published_because_it_is_not_kept():
    published = {each["name"] for each in schema(names.CORE_USER)["attributes"]}

    assert "password" not in published
    assert {"userName", "emails", "active"} <= published
