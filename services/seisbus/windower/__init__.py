"""From records to data: decode, join, cut, process, pack."""
