"""Strangers to speak to, closed in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.blueprints.commands.simulation.stranger import Answering, Stranger


@pytest.fixture
def stranger() -> Iterator[Callable[[Answering], Stranger]]:
    """Starts servers that answer as they are told."""
    servers: list[Stranger] = []

    def start(answering: Answering) -> Stranger:
        servers.append(Stranger(answering))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
