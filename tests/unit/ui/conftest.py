from html.parser import HTMLParser

import pytest

VOID = {"br", "hr", "img", "input", "col"}


class Element:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent = tag, dict(attributes), parent
        self.children, self.texts = [], []

    def all(self, tag=None, **wanted):
        """Every element below this one with this tag and these attributes (``class_`` and ``data_x`` style names)."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in wanted.items()}
        found = []
        for child in self.children:
            if tag in (None, child.tag) and all(child.attributes.get(k) == v for k, v in wanted.items()):
                found.append(child)
            found += child.all(tag, **wanted)
        return found

    @property
    def text(self):
        return "".join(part if isinstance(part, str) else part.text for part in self.texts)


class Reader(HTMLParser):
    """A small strict tree: a tag that is closed out of order is an error."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = self.current = Element("root", {}, None)

    def handle_starttag(self, tag, attributes):
        element = Element(tag, attributes, self.current)
        self.current.children.append(element)
        self.current.texts.append(element)
        if tag not in VOID:
            self.current = element

    def handle_endtag(self, tag):
        assert self.current.tag == tag, f"</{tag}> closes <{self.current.tag}>"
        self.current = self.current.parent

    def handle_data(self, data):
        self.current.texts.append(data)


@pytest.fixture
def parse():
    def read(html):
        reader = Reader()
        reader.feed(str(html))
        reader.close()
        assert reader.current is reader.root
        return reader.root

    return read
