"""Pure planning: which windows there are, which objects hold them, how they are split. Values in, values out."""
