"""What happened: the list, one request opened, timelines, what mends and undoes it."""
