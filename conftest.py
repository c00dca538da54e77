"""Session set-up: the plugin and hypothesis's profiles. Everything else lives in tsvc/ and generators/."""

import os

import hypothesis

pytest_plugins = ["tsvc.plugin", "generators.plugin"]
collect_ignore_glob = ["kernels_cache/*", "results/*"]

hypothesis.settings.register_profile("dev", max_examples=20, deadline=None)
dev = hypothesis.settings.get_profile("dev")
# On every pull request the same cases, and fewer; a nightly run draws fresh ones with --hypothesis-seed.
hypothesis.settings.register_profile("ci", parent=dev, max_examples=5, derandomize=True, database=None, print_blob=True)
hypothesis.settings.register_profile("thorough", parent=dev, max_examples=200)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")
