"""What a browser has to fetch before it shows a page."""

from __future__ import annotations

import gzip

import rcssmin
import rjsmin

from tests.served import ROOT

CSS_LIMIT_BYTES = 12 * 1024
JS_LIMIT_BYTES = 5 * 1024


def test_our_own_stylesheet_is_small() -> None:
    source = (ROOT / "static/css/rollcall.css").read_text()
    packed = gzip.compress(rcssmin.cssmin(source).encode(), mtime=0)
    assert 4_000 < len(packed) < CSS_LIMIT_BYTES


def test_our_own_script_is_small() -> None:
    scripts = sorted((ROOT / "static/js").glob("*.js"))
    source = "\n".join(script.read_text() for script in scripts)
    packed = gzip.compress(rjsmin.jsmin(source).encode(), mtime=0)
    assert 1_000 < len(packed) < JS_LIMIT_BYTES


def test_nothing_is_fetched_from_elsewhere() -> None:
    ours = [*ROOT.glob("static/css/*.css"), *ROOT.glob("static/js/*.js")]
    text = "\n".join(path.read_text() for path in ours)
    assert "http://" not in text
    assert "https://" not in text
    assert "@import" not in text
