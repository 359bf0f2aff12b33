"""Questions without an LLM: programs of ours are run, and FastAPI gives the answers.

Only the templates of this package are ever executed, never what a user or a model wrote.
"""
