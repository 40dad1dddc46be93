"""Servers to test against: `mock_server` is fast and always right, `faulty_server` fails on plan, `real_server` is."""
