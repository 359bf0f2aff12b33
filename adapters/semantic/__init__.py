"""The semantic grader (extra `semantic`): words aligned by a small language model."""
