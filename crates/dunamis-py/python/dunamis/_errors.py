"""The exceptions of the package."""

from __future__ import annotations


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
    """A solution does not pass verification: it is false, or nothing was proved."""


class PlotError(DunamisError):
    """Something cannot be drawn."""


class InternalError(DunamisError):
    """A mistake of the package: please report it."""


DunamisError.__module__ = "dunamis"
