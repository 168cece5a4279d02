"""Work that outlives a request: jobs, who runs them, and what is done once a day."""
