import pytest

for module in ("store_contract", "finding_contract", "two_actions"):
    pytest.register_assert_rewrite(f"{__name__}.{module}")
