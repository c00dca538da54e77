"""One module a kind of finding; each has find(model) -> list[Finding] and is found by being here."""
