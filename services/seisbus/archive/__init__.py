"""What Seisbus knows of the public archives: layouts, keys, index files, catalogs, events, stations.

Pure: bytes and strings in, values out. Fetching the bytes is `objects`, keeping the values is `store`.
"""
