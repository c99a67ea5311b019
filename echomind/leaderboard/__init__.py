"""What the results mean: typed records, boards, orders, correlations and figures."""
