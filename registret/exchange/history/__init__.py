"""A whole history of an earlier platform: lines of JSON are read, judged by their forms, and brought in together."""
