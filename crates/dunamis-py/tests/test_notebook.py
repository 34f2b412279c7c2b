"""How results look in notebooks, and as tables."""

import xml.etree.ElementTree

import numpy as np
import pandas
import polars
import pytest

import dunamis


@pytest.fixture
def results():
    maze = dunamis.load("maze-7x7").with_reward({(6, 6): 1})
    solution = dunamis.solve(maze, 0.9)
    evaluation = dunamis.evaluate(maze, solution, 0.9)
    visits = dunamis.visit_distribution(maze, solution, (0, 0), 0.9)
    return {"value": solution, "lower": evaluation, "visits": visits}


def test_pictures_are_svg_documents_that_show_every_number(results, tmp_path):
    for name, result in results.items():
        picture = result.plot(title="A title")
        root = xml.etree.ElementTree.fromstring(picture._repr_svg_())
        assert root.tag.endswith("svg") and "A title" in "".join(root.itertext())
        numbers = getattr(result, name)
        text = "".join(root.itertext()).replace("−", "-")
        assert all(f"{number:.3f}" in text for number in numbers)
        picture.save(tmp_path / "picture.svg")
        assert (tmp_path / "picture.svg").read_text() == picture.svg
        picture.save(str(tmp_path / "picture.PNG"))
        assert (tmp_path / "picture.PNG").read_bytes() == picture.png()
        assert picture.png(1).startswith(b"\x89PNG") and len(picture.png(1)) < len(picture.png(3))
        assert result.plot(title="A title").svg == picture.svg


def test_notebooks_show_maps_or_tables(results):
    for result in results.values():
        page = result._repr_html_()
        assert "<svg" in page and "<?xml" not in page and repr(result)[1:20] in page
    forest = dunamis.solve(dunamis.load("forest"), 0.9)
    page = forest._repr_html_()
    assert "<svg" not in page and page.count("<tr>") == 4 and "<td>wait</td>" in page
    long = dunamis.solve(dunamis.load("garnet:states=50"), 0.9)._repr_html_()
    assert "… and 30 more" in long


def test_maps():
    maze = dunamis.load("maze-7x7").with_reward({(6, 6): 1, (0, 0): "-1/4"})
    text = "".join(xml.etree.ElementTree.fromstring(maze.plot(title="*stars*").svg).itertext())
    assert "*stars*" in text and "0.25" in text
    assert "<svg" in maze._repr_html_()
    numbers = np.linspace(1, 2, 31)
    text = "".join(xml.etree.ElementTree.fromstring(maze.plot(numbers, label="POWER").svg).itertext())
    assert "POWER" in text and all(f"{number:.3f}" in text for number in numbers)
    plain = dunamis.solve(maze, 0.9)
    assert len(plain.plot(arrows=True).svg) > len(plain.plot().svg)
    forest = dunamis.load("forest")
    assert "<svg" not in forest._repr_html_() and "<table" not in forest._repr_html_()
    for wrong in [numbers[:3], numbers * np.nan, "text", [numbers]]:
        with pytest.raises(dunamis.DunamisError):
            maze.plot(wrong)
    with pytest.raises(dunamis.PlotError, match="no gridworld"):
        forest.plot()


def test_tables(results):
    solution = results["value"]
    for frame, series in [(solution.to_pandas(), pandas.Series), (solution.to_polars(), polars.Series)]:
        assert list(frame.columns) == ["state", "value", "lower", "upper", "actions"]
        assert isinstance(frame["value"], series) and len(frame) == 31
        np.testing.assert_array_equal(frame["value"].to_numpy(), solution.value)
        assert list(frame["state"])[:2] == ["(0, 0)", "(0, 1)"]
        assert [list(names) for names in frame["actions"]] == solution.optimal_actions
    for name, result in results.items():
        np.testing.assert_array_equal(result.to_pandas()[name].to_numpy(), getattr(result, name))
        np.testing.assert_array_equal(result.to_polars()[name].to_numpy(), getattr(result, name))


def test_what_is_there():
    names = {environment["name"] for environment in dunamis.environments()}
    assert {"maze-7x7", "forest", "taxi"} <= names
    for environment in dunamis.environments():
        assert dunamis.load(environment["name"]).description == environment["description"]
    assert {known["name"] for known in dunamis.formats() if known["writes"]} >= {"JSON", "UMB"} or dunamis.formats()
    settings = {solver["name"]: solver["settings"] for solver in dunamis.solvers()}
    assert settings["value-iteration"]["sweep"] == "jacobi"


def test_texts_of_results(results):
    texts = [repr(result) for result in results.values()]
    assert texts[0].startswith("<dunamis.Solution of `maze-7x7`, discounted (γ = 9/10): converged by ")
    assert texts[1].startswith("<dunamis.Evaluation of a policy of `maze-7x7`: converged by cycles, gap ")
    assert texts[2].startswith("<dunamis.VisitDistribution in `maze-7x7`: ")
    maze = dunamis.load("maze-7x7")
    assert repr(maze) == str(maze) == "<dunamis.Mdp `maze-7x7`: 31 states, 97 state-action pairs, no rewards>"
    assert "(0, 0)\n  down → (1, 0)\n" in maze.describe()
