"""Pictures that Bokeh draws in the browser, from descriptions made here. These modules use no event loop and no
network."""
