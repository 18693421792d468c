"""Everything that MongoDB holds, and the only home of pymongo: collections, indexes, access rules."""
