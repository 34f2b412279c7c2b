"""Graphs of NetworkX, there and back."""

from fractions import Fraction

import networkx
import numpy as np
import pytest

import dunamis
from dunamis import Mdp


def test_a_graph_is_a_model():
    graph = networkx.DiGraph(discount=0.9)
    graph.add_node("home", reward=Fraction(1, 3))
    graph.add_edge("home", "home", action="stay")
    graph.add_edge("home", "away")
    graph.add_edge("away", "away", action="go", probability="2/3")
    graph.add_edge("away", "home", action="go", probability=Fraction(1, 3))
    mdp = Mdp.from_networkx(graph, name="trip")
    assert (mdp.states, mdp.actions, mdp.discount, mdp.name) == (["home", "away"], ["stay", "away", "go"], 0.9, "trip")
    np.testing.assert_array_equal(mdp.reward, [1 / 3, 0.0])
    assert dunamis.solve(mdp).value[0] == pytest.approx(1 / 3 / 0.1)


def test_random_walks_have_the_stationary_distribution_of_networkx():
    graph = networkx.gnp_random_graph(9, 0.5, seed=4, directed=True)
    graph.add_edges_from((node, (node + 1) % 9) for node in range(9))
    mdp = Mdp.from_networkx(graph)
    # PageRank is the average of visit distributions over starts.
    visits = [dunamis.visit_distribution(mdp, "uniform", str(s), 0.85).visits for s in graph]
    expected = networkx.pagerank(graph, alpha=0.85, tol=1e-14, max_iter=1000)
    np.testing.assert_allclose(0.15 * np.mean(visits, axis=0), [expected[s] for s in graph], atol=1e-9)


@pytest.mark.parametrize("name", ["maze-7x7:noise=1/3", "case-study", "candy", "forest", "garnet:states=30,seed=2", "taxi"])
def test_graphs_come_back(name):
    mdp = dunamis.load(name)
    graph = mdp.to_networkx()
    assert isinstance(graph, networkx.MultiDiGraph) and graph.number_of_nodes() == mdp.n_states
    again = Mdp.from_networkx(graph)
    assert (again.states, again.discount) == (mdp.states, mdp.discount)
    assert again.n_pairs == mdp.n_pairs and len(again.data) == len(mdp.data)
    one, other = mdp.with_discount(0.9), again.with_discount(0.9)
    if mdp.reward is not None:
        np.testing.assert_allclose(dunamis.solve(other).value, dunamis.solve(one).value, rtol=0, atol=1e-9)
    np.testing.assert_allclose(
        dunamis.visit_distribution(other, "uniform", 0).visits,
        dunamis.visit_distribution(one, "uniform", 0).visits,
        atol=1e-12,
    )


@pytest.mark.parametrize(
    "graph",
    [
        None,
        "graph",
        networkx.path_graph(3),
        networkx.DiGraph(),
        networkx.path_graph(3, create_using=networkx.DiGraph),
        networkx.DiGraph([(0, 0, {"probability": 0.5})]),
        networkx.DiGraph([(0, 0, {"probability": "half"})]),
        networkx.DiGraph([(0, 0, {"probability": None})]),
        networkx.DiGraph([(0, 0, {"probability": float("nan")})]),
        networkx.DiGraph([(0, 0, {"reward": float("inf")})]),
        networkx.DiGraph([(0, 0, {"reward": [1]})]),
        networkx.DiGraph([("1", "1"), (1, 1)]),
        networkx.MultiDiGraph([(0, 0, {"action": "a"}), (0, 0, {"action": "a"})]),
    ],
    ids=str,
)
def test_graphs_that_are_no_models(graph):
    with pytest.raises(dunamis.DunamisError, match="`graph`"):
        Mdp.from_networkx(graph)
