"""How models and certificates are pickled: as their JSON form, in which no number changes."""

from __future__ import annotations

from dunamis._dunamis import Certificate, Mdp


def read_mdp(text: str, name: str) -> Mdp:
    """The model of a pickle."""
    return Mdp.from_json(text, name=name)


def read_certificate(text: str) -> Certificate:
    """The certificate of a pickle."""
    return Certificate.from_json(text)
