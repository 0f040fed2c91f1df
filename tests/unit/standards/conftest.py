"""Fixtures of the tests of documents."""

import importlib.util
from pathlib import Path

import pytest
from lxml import etree


@pytest.fixture(scope="session")
def strategies():
    """Hypothesis strategies of what documents say."""
    place = Path(__file__).parents[2] / "strategies" / "documents.py"
    spec = importlib.util.spec_from_file_location("document_strategies", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def canonical():
    """Canonical form (C14N) of a document or tree, without the white space between elements."""

    def form(document):
        root = etree.fromstring(document) if isinstance(document, bytes) else document
        for element in root.iter():
            element.tail = None
            if len(element):
                element.text = None
        return etree.tostring(root, method="c14n2", with_comments=True)

    return form


@pytest.fixture(scope="session")
def tree():
    """Builds elements: `tree(namespace)(name, {attribute: value}, *children_or_text)`."""

    def of(namespace, nsmap=None):
        def element(name, attributes=None, *content):
            made = etree.Element(f"{{{namespace}}}{name}", nsmap=nsmap or {None: namespace})
            for key, value in (attributes or {}).items():
                made.set(key, value)
            for part in content:
                if isinstance(part, str):
                    made.text = part
                elif part is not None:
                    made.append(part)
            return made

        return element

    return of
