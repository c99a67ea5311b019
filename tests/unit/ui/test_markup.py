import pytest
from markupsafe import Markup

from echomind.ui.markup import SLOT, Template, h, link, safe_address, together

EVIL = "<script>alert('x')</script>\"&"
SAFE = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&#34;&amp;"


def test_texts_and_attribute_values_are_escaped():
    assert h("td", EVIL, title=EVIL) == f'<td title="{SAFE}">{SAFE}</td>'


def test_markup_passes_and_nothing_else_does():
    assert h("p", h("b", "x"), [EVIL, Markup("<i></i>")]) == f"<p><b>x</b>{SAFE}<i></i></p>"
    assert together("a<", h("b", "c")) == "a&lt;<b>c</b>"


def test_an_attribute_value_that_is_markup_cannot_close_its_quote():
    assert h("td", title=Markup('" onclick="x')) == '<td title="&#34; onclick=&#34;x"></td>'


def test_names_of_attributes():
    assert h("th", aria_sort="none", class_="a", hidden=True, title=None, open=False, colspan=2) == (
        '<th aria-sort="none" class="a" hidden colspan="2"></th>'
    )
    assert h("br") == "<br>"


@pytest.mark.parametrize("tag", ["script", "style", "iframe", "b onload=x", "", "B"])
def test_dangerous_or_odd_tags_are_refused(tag):
    with pytest.raises(ValueError, match="tag"):
        h(tag)


@pytest.mark.parametrize("name", ["onclick", "onmouseover", "style", "a b", "A"])
def test_attributes_with_behaviour_are_refused(name):
    with pytest.raises(ValueError, match="attribute"):
        h("p", **{name: "x"})


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/\\evil", " https://a.b", "ftp://x", ""]
)
def test_addresses_of_other_schemes_are_refused(url):
    with pytest.raises(ValueError, match="address"):
        h("a", "x", href=url)


@pytest.mark.parametrize("url", ["https://a.b/c?d=e", "http://a.b", "/", "/about", "#top"])
def test_ordinary_addresses_pass(url):
    assert safe_address(url) == url


def test_links_open_apart_and_texts_without_address_stay_texts():
    assert link("a", "https://a.b") == '<a href="https://a.b" target="_blank" rel="noopener noreferrer">a</a>'
    assert link("a", None, "why") == '<span title="why">a</span>'


def test_a_template_escapes_what_is_put_in_each_time(parse):
    cell = Template(h("td", SLOT, h("b", SLOT), title=SLOT))
    made = cell("<i>", h("i", "kept"), '"><script>')
    assert str(made) == '<td title="&lt;i&gt;"><i>kept</i><b>&#34;&gt;&lt;script&gt;</b></td>'
    assert isinstance(made, Markup) and parse(cell("a", "b", "c")).text == "bc"


@pytest.mark.parametrize("values", [(), ("a",), ("a", "b", "c", "d")])
def test_a_template_wants_a_value_for_each_place(values):
    with pytest.raises(ValueError, match="argument"):
        Template(h("td", SLOT, h("b", SLOT), title=SLOT))(*values)
