"""Users and groups as files: CSV read and tried, CSV and SCIM JSON written."""
