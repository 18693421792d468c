"""The web page: jobs, their windows and their data in a browser.

It is a client of control and has no other way to the data, so control decides on tokens, roles and limits. `seisbus
web` and `python -m seisbus.web` run it with `serving.serve`.
"""
