"""The notebooks of the documentation run from top to bottom, and are kept without outputs."""

import ast
import json
import pathlib

import pytest

import dunamis

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def run_cell(source, names, place):
    """Runs a cell, and returns the value of its last expression, as a notebook shows it."""
    tree = ast.parse(source, place)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, place, "exec"), names)
    return eval(compile(ast.Expression(last.value), place, "eval"), names) if last else None


def show(value):
    """What a notebook shows of a value."""
    for form in ["_repr_html_", "_repr_svg_"]:
        if hasattr(value, form) and not isinstance(value, type):
            return getattr(value, form)()
    return repr(value)


def test_there_are_notebooks():
    assert [notebook.name for notebook in NOTEBOOKS if "power" in notebook.name]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run(notebook, tmp_path, monkeypatch):
    document = json.loads(notebook.read_text(encoding="utf-8"))
    assert document["nbformat"] == 4 and document["cells"][0]["cell_type"] == "markdown"
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "__main__"}
    shown = []
    for number, cell in enumerate(document["cells"]):
        if cell["cell_type"] == "code":
            place = f"{notebook.name}, cell {number}"
            assert cell["outputs"] == [] and cell["execution_count"] is None, f"{place} has outputs: clear them"
            value = run_cell("".join(cell["source"]), names, place)
            if value is not None:
                shown.append(show(value))
    assert names["dunamis"] is dunamis and any("<svg" in page for page in shown)
