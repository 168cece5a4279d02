"""What a browser complains of while it shows our pages."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Page, Request, Response


class Complaints:
    """Errors of scripts and of the console, stops by the policy, failed requests.

    Answers of 4xx appear on the console too; those that a test means to get are
    `expected` by their status.
    """

    def __init__(self) -> None:
        self._heard: list[str] = []
        # A search that a newer one replaced is no fault; htmx reports it as one.
        self._expected: set[str] = {"htmx:sendAbort", "htmx:afterRequest"}

    def listen(self, page: Page) -> None:
        page.on("console", self._hear_console)
        page.on("pageerror", lambda error: self._heard.append(f"error: {error}"))
        page.on("requestfailed", self._hear_failed)
        page.on("response", self._hear_response)

    def expect(self, *statuses: int) -> None:
        """Answers of these statuses are part of the test."""
        for status in statuses:
            self._expected |= {f"status of {status} ", f"Error Code {status} "}

    def ignore(self, text: str) -> None:
        """Whatever holds this text is part of the test."""
        self._expected.add(text)

    def told(self) -> list[str]:
        """Everything but what was expected."""
        return [
            one
            for one in self._heard
            if not any(text in one for text in self._expected)
        ]

    def _hear_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._heard.append(f"{message.type}: {message.text}")

    def _hear_failed(self, request: Request) -> None:
        # A request that a newer one replaced, or that a page left behind, is no fault.
        if request.failure != "net::ERR_ABORTED":
            self._heard.append(f"failed: {request.url} ({request.failure})")

    def _hear_response(self, response: Response) -> None:
        if response.status >= 500:
            self._heard.append(f"status of {response.status} at {response.url}")
