"""A drawing of Vega-Lite as an SVG that a page can hold.

Vega's engine takes a second to start and holds this process meanwhile, so a release's drawings are begun before its other
documents, in a process of their own (this file as a program: texts of Vega-Lite in, texts of SVG out, each list as JSON).
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

#: the page says what a whole drawing is; Vega's roles of its parts are images without a name to a screen reader
_ROLES = re.compile(r' role="graphics-[a-z]+" aria-roledescription="[a-z ]+"(?=>)')

_SECONDS = 60  # for all drawings of a release, which take two
_KEPT = 256

#: drawing → its SVG: from one release to the next most are the same
_drawn: dict[str, str] = {}
#: drawing → who is making it
_begun: dict[str, threading.Thread] = {}


def drawing_of(template: str, **data: Any) -> str:
    """The text of a drawing: templates/`template`, with width, height and datasets. The same data gives the same text."""
    return json.dumps({**_template(template), **data})


@cache
def _template(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files("etl.report") / "templates" / name).read_text("utf-8"))
    return found


def begin(drawings: Iterable[str]) -> None:
    """Have these drawn in a process beside this one; returns at once, and `svg` waits for what it is asked for.

    The process ends with its work, and before that where nobody is left to read it: it outlives no one by more than that.
    """
    new = [one for one in dict.fromkeys(drawings) if one not in _drawn and one not in _begun]
    if not new:
        return
    maker = threading.Thread(target=_draw_beside, args=(new,), daemon=True)
    _begun.update(dict.fromkeys(new, maker))
    maker.start()


def svg(drawing: str) -> str:
    """drawing: as of `drawing_of`. The same text gives the same SVG, whoever makes it: what was not begun is drawn here."""
    maker = _begun.get(drawing)
    if maker is not None:
        maker.join()
    found = _drawn.get(drawing)
    if found is None:
        found = _draw(drawing)
        _keep([drawing], [found])
    return found


def _draw_beside(drawings: list[str]) -> None:
    """A process that cannot be had, or dies, leaves its drawings to whoever asks for them."""
    # -P: the folder of this file holds names (data, index, words) that its libraries may mean otherwise
    command = [sys.executable, "-P", __file__]
    asked = json.dumps(drawings).encode()
    try:
        with contextlib.suppress(OSError, subprocess.SubprocessError, ValueError):
            told = subprocess.run(command, input=asked, capture_output=True, timeout=_SECONDS, check=True)
            _keep(drawings, json.loads(told.stdout))
    finally:
        for one in drawings:
            _begun.pop(one, None)


def _keep(drawings: list[str], made: list[str]) -> None:
    _drawn.update(zip(drawings, made, strict=True))
    for oldest in list(_drawn)[:-_KEPT]:
        _drawn.pop(oldest, None)


def _draw(drawing: str) -> str:
    import vl_convert

    # no address is allowed: the drawing holds its data, and nothing may be fetched
    return _ROLES.sub("", str(vl_convert.vegalite_to_svg(drawing, allowed_base_urls=[])))


if __name__ == "__main__":
    json.dump([_draw(one) for one in json.load(sys.stdin)], sys.stdout)
