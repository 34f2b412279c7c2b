"""The examples of all docstrings run, and those of the guide."""

import doctest
import inspect
import re

import pytest

import dunamis


def documented():
    """Every public name with its docstring, and every name of a class."""
    for name in dunamis.__all__:
        thing = getattr(dunamis, name)
        yield name, thing.__doc__
        if inspect.isclass(thing):
            for member, value in vars(thing).items():
                text = getattr(value, "__doc__", None)
                if not member.startswith("_") and isinstance(text, str):
                    yield f"{name}.{member}", text


EXAMPLES = [(name, text) for name, text in [("dunamis", dunamis.__doc__), *documented()] if text and ">>>" in text]


def test_everything_public_is_documented():
    assert [name for name, text in documented() if not text] == []


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_examples_run(name, text):
    names = {public: getattr(dunamis, public) for public in dunamis.__all__}
    test = doctest.DocTestParser().get_doctest(inspect.cleandoc(text), names, name, None, None)
    report = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=report.append)
    assert not report, "".join(report)


@pytest.mark.parametrize("document", ["README.md", "docs/guide/python.md"])
def test_documents_run(document, pytestconfig, tmp_path, monkeypatch):
    text = (pytestconfig.rootpath / document).read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names = {}
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    for block in blocks:
        exec(compile(block, document, "exec"), names)
    assert blocks and isinstance(names["solution"], dunamis.Solution)
    for session in re.findall(r"^```pycon\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        test = doctest.DocTestParser().get_doctest(session, names, document, None, None)
        report = []
        doctest.DocTestRunner().run(test, out=report.append)
        assert not report, "".join(report)
