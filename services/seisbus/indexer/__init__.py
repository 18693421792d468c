"""Archive indexes and listings into documents, and jobs into tasks. One replica at a time also reconciles."""
