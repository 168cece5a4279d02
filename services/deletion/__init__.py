"""What was deleted: kept for a while, restored with its id, purged in the end."""
