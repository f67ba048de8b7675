"""Benchmarks of the operations, compared with the API's own pace and with other tools. `make bench` runs them."""
