"""How long operations take, beside what the API itself needs and beside others. `make bench` runs it."""
