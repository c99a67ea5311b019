"""What programs are promised, a test a promise. Those that stand elsewhere:

only intended endpoints ->
    tests/unit/test_app.py::test_only_the_intended_endpoints_are_public
MCP lists the same tools ->
    tests/unit/test_app.py::test_the_tools_for_agents_are_the_same
MCP: the tools say what they take ->
    tests/unit/ui/test_submit_endpoints.py::test_the_tools_for_agents_say_what_they_take
answers are of the published shape ->
    tests/unit/leaderboard/test_api.py::test_every_answer_is_strict_json_of_the_published_shape
the shape is typed to the leaves ->
    tests/unit/leaderboard/test_api.py::test_the_published_schema_is_typed_to_the_leaves
JSON export validates against a published schema ->
    tests/unit/leaderboard/test_exports.py::test_json_follows_the_published_schema
"""

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import pytest

import app
from echomind.settings import Settings
from echomind.submissions.desk import open_desk
from echomind.ui.site import site_of
from tests.unit.checklist import is_there, named_tests

TABLE = named_tests(__doc__)


@pytest.fixture(scope="module")
def endpoints(tmp_path_factory):
    settings = Settings(data_dir=tmp_path_factory.mktemp("var"), scoring_workers=0)
    with open_desk(settings) as desk:
        demo = app.build(site_of(settings, desk))
        yield demo.get_api_info()["named_endpoints"]


@pytest.mark.parametrize(("clause", "test"), TABLE)
def test_the_test_of_the_clause_is_there(clause, test):
    assert is_there(test), clause


def test_every_endpoint_says_what_it_does_and_what_it_takes_and_gives(endpoints):
    for name, endpoint in endpoints.items():
        assert len(endpoint["description"].split()) > 8, name
        assert endpoint["returns"], name
        for value in (*endpoint["parameters"], *endpoint["returns"]):
            assert value["type"] and value["python_type"]["type"] not in ("", "Any"), (name, value)
        for parameter in endpoint["parameters"]:
            assert parameter["parameter_name"].isidentifier() and parameter["parameter_name"] != "args", name
