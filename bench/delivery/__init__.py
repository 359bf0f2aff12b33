"""What delivering costs beside those who only post, and beside what one would write by hand."""
