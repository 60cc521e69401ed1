"""The measured claims, and the pictures of the documentation."""
