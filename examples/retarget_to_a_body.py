"""One motion on another body: the walk on a taller person, as BVH and glTF.

Use: python examples/retarget_to_a_body.py [FOLDER]
"""

import sys
from pathlib import Path

import vitruve as vt

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "vitruve-out")
folder.mkdir(parents=True, exist_ok=True)

body = vt.body_model("anny")
tall = body.default_shape()
tall[body.shape_names.index("height")] = 0.7
walk = vt.retarget(vt.sample("walk"), body, shape=tall)
print("written:", vt.save(walk, folder / "tall.glb"), vt.save(walk.motion, folder / "tall.bvh"))
