"""The web page: jobs, their windows and their data in a browser.

It is a client of control and has no other door to the data: tokens, roles and limits are control's. `serving.serve`
runs it; `seisbus web` and `python -m seisbus.web` call that.
"""
