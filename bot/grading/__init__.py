"""The embedded grader: pure Python, no network, always on."""
