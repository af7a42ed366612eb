"""What the pipeline's stages consolidate and release are made of: from what the ledger says counts to a release's content.

rows: current rows with their entities · figures: who was expected, and the figures · content: all that a release holds.
Each works on a view of the ledger: as it is in one moment, or as it was at a position, so that a release can be made again.
"""
