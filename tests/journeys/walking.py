"""Reads a whole collection page by page, exactly as Okta's import does.

`startIndex` grows by `count` while `totalResults` is not yet reached (okta.md §4.7),
whatever number came; so a page that is short in the middle loses people.
"""

from __future__ import annotations

from typing import Any

from tests.journeys.filling import fill, fill_path
from tests.journeys.matching import JSON, mismatches
from tests.journeys.stage import JourneyFailed, Stage, failure

OKTA_PAGE = 100


def walk(stage: Stage, instructions: dict[str, Any]) -> None:
    """Walk all pages; `JourneyFailed` at the first page or resource that is wrong."""
    count, total = instructions.get("count", OKTA_PAGE), instructions["total"]
    resources: list[JSON] = []
    for start in range(1, max(total, 1) + 1, count):
        resources += _page(stage, instructions, start, count)
    faults = _about_all(stage, instructions, resources)
    if faults:
        raise JourneyFailed("\n".join(f"  - {fault}" for fault in faults))
    if "keep_order" in instructions:
        stage.variables[instructions["keep_order"]] = _ids(resources)


def _template(
    instructions: dict[str, Any], stage: Stage, start: int, count: int
) -> dict[str, Any]:
    path = fill_path(instructions["path"], stage.variables)
    joint = "&" if "?" in path else "?"
    return {"method": "GET", "path": f"{path}{joint}startIndex={start}&count={count}"}


def _page(
    stage: Stage, instructions: dict[str, Any], start: int, count: int
) -> list[JSON]:
    request, answer, body = stage.exchange(_template(instructions, stage, start, count))
    total = instructions["total"]
    here = max(0, min(count, total - start + 1))
    expected: JSON = {
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": here,
        "Resources": [fill(instructions.get("each", {}), stage.variables)] * here,
    }
    faults = [] if answer.status == 200 else [f"status: got {answer.status}"]
    faults += mismatches(expected, body)
    if faults:
        raise failure(request, answer, faults[:20])
    # Any: the shape was proven by the comparison above.
    page: Any = body
    return list(page["Resources"])


def _about_all(
    stage: Stage, instructions: dict[str, Any], resources: list[JSON]
) -> list[str]:
    ids = _ids(resources)
    faults = [] if len(set(ids)) == len(ids) else ["some id came twice"]
    faults += [f"{identifier!r} is no id" for identifier in ids if not identifier]
    wanted = instructions.get("contains", [])
    faults += mismatches({"$contains": fill(wanted, stage.variables)}, resources)
    order = instructions.get("same_order")
    if order is not None and stage.variables[order] != ids:
        faults.append("the order is not that of the earlier walk")
    return faults


def _ids(resources: list[JSON]) -> list[JSON]:
    return [item.get("id") if isinstance(item, dict) else None for item in resources]
