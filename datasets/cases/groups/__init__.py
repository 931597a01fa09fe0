"""The cases, one module per group; each lists its pairs as `PAIRS`."""
