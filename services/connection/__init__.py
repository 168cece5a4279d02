"""Whether provisioning works: the state of the connection and what needs attention."""
