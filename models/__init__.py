"""The tables, and the recipe for transactions. Nothing here knows SCIM or HTTP."""

from models.admin import (
    Admin,
    AdminInvitation,
    AdminRole,
    AdminSession,
    SignInFailure,
)
from models.audit import (
    ChangedMembers,
    ChangeEvent,
    Request,
    RequestLogGap,
    RequestSubject,
)
from models.connection import ConnectionTick
from models.deleted import DeletedMembership, DeletedResource
from models.group import Group, GroupMembership, Membership
from models.job import Job, JobFile
from models.organization import Counter, Organization
from models.token import ListWalk, ProvisioningToken
from models.user import User, UserSearch, UserValue

__all__ = [
    "Admin",
    "AdminInvitation",
    "AdminRole",
    "AdminSession",
    "ChangeEvent",
    "ChangedMembers",
    "ConnectionTick",
    "Counter",
    "DeletedMembership",
    "DeletedResource",
    "Group",
    "GroupMembership",
    "Job",
    "JobFile",
    "ListWalk",
    "Membership",
    "Organization",
    "ProvisioningToken",
    "Request",
    "RequestLogGap",
    "RequestSubject",
    "SignInFailure",
    "User",
    "UserSearch",
    "UserValue",
]
