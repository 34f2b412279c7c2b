"""The tables of Gymnasium's tabular environments."""

from __future__ import annotations

import json
from typing import Any

from dunamis._errors import ArgumentError


def read(env: Any, name: str | None) -> tuple[str, str]:
    """The table ``env.unwrapped.P`` as JSON, and what the environment is called."""
    unwrapped = getattr(env, "unwrapped", env)
    table = getattr(unwrapped, "P", None)
    if not isinstance(table, (dict, list)):
        raise ArgumentError("`env` has no table of transitions `P`: only tabular environments have one")
    spec = getattr(unwrapped, "spec", None)
    try:
        text = json.dumps(table, default=_number)
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"`env` has a table of transitions with something else than numbers: {error}") from None
    return text, name or getattr(spec, "id", None) or type(unwrapped).__name__


def _number(value: Any) -> Any:
    """NumPy's numbers as Python's."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{value!r} is no number")
