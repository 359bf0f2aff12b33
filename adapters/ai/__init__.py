"""Language models (extra `ai`): a grader's word on key points, and drafts of questions."""
