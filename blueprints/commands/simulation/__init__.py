"""A provisioning client played: made-up people, and Okta's requests about them.

It speaks to any SCIM base URL over HTTP, as Okta would, and knows of the server only
what its answers say: no service and no table is used here.
"""
