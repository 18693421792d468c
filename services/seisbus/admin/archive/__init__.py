"""Makes S3-shaped archives in a folder, with a truth that no reader of Seisbus had a hand in.

For demonstrations, tests and benchmarks; serving the folder over S3 is left to `local`.
"""
