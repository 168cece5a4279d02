"""The SCIM 2.0 protocol (RFC 7643, RFC 7644) and nothing else.

Pure functions over JSON documents: no I/O, no Flask, no SQLAlchemy. What a resource
is stored in, and who may ask for it, is none of this package's business.
"""
