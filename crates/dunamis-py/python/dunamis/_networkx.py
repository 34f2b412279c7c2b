"""Directed graphs of NetworkX: nodes are states, edges are transitions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dunamis._errors import ArgumentError, ModelError

if TYPE_CHECKING:
    from dunamis._dunamis import Mdp


def read(graph: Any) -> str:
    """The JSON form of the model of a graph."""
    if not callable(getattr(graph, "is_directed", None)):
        raise ArgumentError(f"`graph` is {type(graph).__name__}, but must be a directed graph of NetworkX")
    if not graph.is_directed():
        raise ArgumentError("`graph` is not directed: `graph.to_directed()` has an edge each way")
    names = {node: str(node) for node in graph}
    transitions, rewards = [], []
    for source, target, edge in graph.edges(data=True):
        entry = {"from": names[source], "action": str(edge.get("action", target)), "to": names[target]}
        transitions.append(entry | {"probability": _number("probability", edge.get("probability", 1))})
        if "reward" in edge:
            rewards.append({"state": entry["from"], "action": entry["action"], "to": entry["to"]} | _reward(edge))
    rewards += [{"state": names[node]} | _reward(data) for node, data in graph.nodes(data=True) if "reward" in data]
    document = {"schema": 1, "states": list(names.values()), "transitions": transitions}
    if rewards:
        document["rewards"] = rewards
    if graph.graph.get("discount") is not None:
        document["discount"] = _number("discount", graph.graph["discount"])
    return json.dumps(document)


def write(mdp: Mdp) -> Any:
    """The graph of a model."""
    import networkx

    if mdp.leak.any():
        raise ModelError(f"`{mdp.name}` loses mass, which no edge of a graph can say: `to_json` can")
    document = json.loads(mdp.to_json())
    graph = networkx.MultiDiGraph(name=mdp.name)
    if "discount" in document:
        graph.graph["discount"] = document["discount"]
    graph.add_nodes_from(mdp.states)
    edge_rewards: dict[tuple[str, str], Any] = {}
    rewards = document.get("rewards", {})
    if isinstance(rewards, dict):
        for state, reward in rewards.items():
            graph.nodes[state]["reward"] = reward
    else:
        edge_rewards = {(entry["state"], entry["action"]): entry["reward"] for entry in rewards}
    for entry in document["transitions"]:
        source, action = entry["from"], entry["action"]
        attributes = {"action": action, "probability": entry["probability"]}
        if (source, action) in edge_rewards:
            attributes["reward"] = edge_rewards[source, action]
        graph.add_edge(source, entry["to"], key=action, **attributes)
    return graph


def _reward(data: dict[str, Any]) -> dict[str, Any]:
    return {"reward": _number("reward", data["reward"])}


def _number(attribute: str, value: Any) -> Any:
    """A number as the JSON form has it: fractions are text."""
    if isinstance(value, (bool, str)):
        return str(value)
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, (int, float)):
        return value
    if hasattr(value, "numerator") or hasattr(value, "as_tuple"):
        return str(value)
    raise ArgumentError(f"`graph` has an attribute `{attribute}` of {value!r}, which is no number")
