"""The directory: users, groups and who is in them, as SCIM, pages and jobs see them.

`users`, `groups` and `memberships` are what a door calls; `*_changes` are the same for
many at once, within a transaction; `*_lists`, `*_details` and `*_search` are read by
pages; `mapping` is where tables and SCIM documents meet.
"""
