"""The API's own description, OpenAPI 3.1: what each path takes and answers, checked against the code by tests."""
