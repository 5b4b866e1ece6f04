"""Steps that hold other steps, while a run is inside them: entering, going on to the next part, leaving.

What such a step is (its shape and slots) stands in ``engine/steps``; a step kind declares, a container runs.
"""
