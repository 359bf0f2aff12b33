"""The semantic grader (extra `semantic`): words aligned by a small language model."""

import os

# Read when numpy is first imported, which only this package does. The matrices are small: with
# several threads for each product, the threads cost ten times what they save.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
