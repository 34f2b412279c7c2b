"""The exceptions of the package."""

from __future__ import annotations

import json
from typing import Any


class DunamisError(ValueError):
    """Something was asked that cannot be done.

    The message is that of the command line, with the causes and what to do about them.
    """

    #: What to do about it, where the message does not say so already.
    hint: str | None

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message}\n  hint: {hint}")
        self.hint = hint

    def __init_subclass__(cls) -> None:
        # Tracebacks name the place where users find it.
        cls.__module__ = "dunamis"


class ArgumentError(DunamisError):
    """An argument has the wrong type, shape or range; the message begins with its name."""


class ModelError(DunamisError):
    """Something is no model, reward or policy."""


class EnvError(DunamisError):
    """An environment is not known, or a file cannot be read or written."""


class SolveError(DunamisError):
    """A solver refuses."""


class VerifyError(DunamisError):
    """A solution or certificate does not pass verification: it is false, or nothing was proved."""


class OrbitError(DunamisError):
    """Something is no set of options, orbit or decision function."""


class GoalError(DunamisError):
    """Something is said about goals compatible with training that cannot be."""


class RefusalError(DunamisError):
    """A claim is not certified: one of its hypotheses fails."""

    #: The hypothesis that fails, in a word or two for programs.
    condition: str
    #: What shows that it fails, as the command line's JSON has it.
    witness: Any

    def __init__(self, message: str, hint: str | None = None, condition: str = "", witness: str = "null") -> None:
        super().__init__(message, hint)
        self.condition = condition
        self.witness = json.loads(witness)


class PowerError(DunamisError):
    """POWER cannot be estimated."""


class PlotError(DunamisError):
    """Something cannot be drawn."""


class InternalError(DunamisError):
    """A mistake of the package: please report it."""


DunamisError.__module__ = "dunamis"
