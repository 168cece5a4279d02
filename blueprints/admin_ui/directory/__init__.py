"""Users, groups, members and what was deleted: lists, pages, forms, jobs, files."""
