"""Background work: what it is (models), how it is run, swept, shown and steered.

MongoDB holds the truth; the queue only carries ids.
"""
