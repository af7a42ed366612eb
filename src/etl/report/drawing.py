"""A drawing of Vega-Lite as an SVG that a page can hold."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

#: the page says what a whole drawing is; Vega's roles of its parts are images without a name to a screen reader
_ROLES = re.compile(r' role="graphics-[a-z]+" aria-roledescription="[a-z ]+"(?=>)')


def svg(drawing: Mapping[str, Any]) -> str:
    """drawing: Vega-Lite with its data inside. The same drawing gives the same text."""
    return _svg(json.dumps(drawing))


@lru_cache(maxsize=256)  # 80 ms each, and from one release to the next most charts are the same
def _svg(drawing: str) -> str:
    import vl_convert

    # no address is allowed: the drawing holds its data, and nothing may be fetched
    return _ROLES.sub("", str(vl_convert.vegalite_to_svg(drawing, allowed_base_urls=[])))
