"""Pictures for the browser, drawn there by Bokeh out of what these modules say. No event loop and no network."""
