"""From a motion to a body, its gait and a report: what `vitruve run` does, in Python.

Use: python examples/report_of_a_walk.py [FILE] [FOLDER]
"""

import sys

import vitruve as vt

source = sys.argv[1] if len(sys.argv) > 1 else "sample:walk"
folder = sys.argv[2] if len(sys.argv) > 2 else "vitruve-out"

result = vt.run(source, folder, video=False)
person = result.summary["people"][0]
print(f"fit: {person['fit_residual_mm']:.1f} mm, events: {person['events']}")
print(f"report: {result.files['report.html']}")
