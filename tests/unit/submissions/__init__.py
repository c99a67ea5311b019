import pytest

pytest.register_assert_rewrite("tests.unit.submissions.store_contract")
