"""What the joint sets of the field have in common: each one read as COCO-17."""

import vitruve as vt
from vitruve.core.standards import STANDARDS

coco = vt.skeleton("coco17")
for name in sorted(set(STANDARDS) - {"anny"}):
    print(vt.skeleton(name).map_to(coco).describe())
