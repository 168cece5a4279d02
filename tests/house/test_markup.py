"""The checks of templates find what they are there for, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.house import markup

Check = Callable[[str], list[str]]


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (markup.inline_code, '<p style="color: red">'),
        (markup.inline_code, '<button onclick="go()">'),
        (markup.inline_code, '<a {% if x %}hx-on:click="go()"{% endif %}>'),
        (markup.inline_code, '<a href="javascript:go()">'),
        (markup.inline_code, '<a hx-vals="js:{a: b()}">'),
        (markup.inline_code, "<script>go()</script>"),
        (markup.inline_code, "<style>{{ css }}</style>"),
        (markup.evaluated_triggers, '<a hx-trigger="click[event.ctrlKey]">'),
        (markup.inherited_targets, '<a hx-get="/x" hx-target="#y">'),
        (markup.inherited_targets, '<a hx-post="/x" hx-swap="none">'),
        (markup.inherited_targets, '<div\n  hx-get="{{ f("x") }}"\n>'),
        (markup.forms_without_token, '<form method="post"><input></form>'),
        (markup.forms_without_token, '<form {{ x }} method="post">{# csrf() #}</form>'),
        (markup.unescaped, "{{ name | safe }}"),
        (markup.unescaped, "{{ name|safe }}"),
        (markup.unescaped, "{% autoescape false %}"),
        (markup.new_windows, '<a href="/x" target="_blank">'),
        (markup.loose_roots, "{# _a.html — no variables #}\n<p>a</p><p>b</p>"),
        (markup.loose_roots, "{# _a.html — no variables #}\n<p>a</p>"),
        (markup.loose_roots, "{# _a.html — no variables #}\n<input id='a'><br>"),
    ],
)
def test_a_bad_template_is_found(check: Check, source: str) -> None:
    assert check(source)


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (markup.inline_code, '<script src="{{ url }}" defer></script>'),
        (markup.inline_code, '<p class="style" data-on="x">on {{ x }}</p>'),
        (markup.evaluated_triggers, '<a hx-trigger="every 2s"> [x]'),
        (
            markup.inherited_targets,
            '<a hx-get="{{ f("x") }}" hx-target="#y" hx-swap="none">',
        ),
        (markup.inherited_targets, "{# <a hx-get> #}<a href='/x'>"),
        (markup.forms_without_token, '<form method="post">{{ csrf() }}</form>'),
        (markup.forms_without_token, '<form method="get"><input></form>'),
        (markup.unescaped, "{{ is_safe }} {{ x | safely }}"),
        (markup.new_windows, '<a href="/x">'),
        (
            markup.loose_roots,
            "{# _a.html — no variables #}\n<p id='a'>a <br><b>b</b></p>",
        ),
        (
            markup.loose_roots,
            "{# _a.html — no variables #}\n{# Never alone. #}\n<p><p>",
        ),
        (
            markup.loose_roots,
            "{# _a.html — no variables #}\n<svg id='a'><path d='m' /></svg>",
        ),
    ],
)
def test_a_good_template_is_left_alone(check: Check, source: str) -> None:
    assert check(source) == []
