import pytest

from echomind.submissions.store_local import LocalStore
from tests.unit.submissions.store_contract import StoreContract


@pytest.fixture
def open_store(tmp_path):
    return lambda: LocalStore(tmp_path / "submissions")


class TestContract(StoreContract):
    pass
