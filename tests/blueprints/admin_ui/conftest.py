"""What tests of pages share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask


@pytest.fixture
def do(app: Flask) -> Callable[..., Any]:
    """Calls a service in a context of its own, as a command would.

    A context that stayed open would keep `g` from one request to the next.
    """

    def call(service: Callable[..., Any], *args: Any, **named: Any) -> Any:
        with app.app_context():
            return service(*args, **named)

    return call
