"""Sets of options as the JSON form that the command line reads."""

from __future__ import annotations

import json
from typing import Any


def document(sets: dict[str, Any]) -> str:
    """The JSON form of sets; numbers are written as they are, which keeps them exact."""
    return json.dumps({key: _plain(value) for key, value in sets.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, int):
        return value
    return repr(value) if isinstance(value, float) else str(value)
