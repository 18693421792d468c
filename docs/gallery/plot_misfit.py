"""
Observed and synthetic waveforms
================================

Windows, adjoint sources and misfits of one station, and where it is from the event, whose mechanism the map shows.
"""

from libseis.misfit import Config, example

manager = example().manager(config=Config(save_to_ds=False)).flow()
figure = manager.plot()
