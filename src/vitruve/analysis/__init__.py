"""Motion measured: joint angles, events, gait."""

from vitruve.analysis.angles import Angles, RangeOfMotion, bend_angles, joint_angles
from vitruve.analysis.events import Event, Events, find_events
from vitruve.analysis.gait import Gait, cycles, gait_parameters

__all__ = ["Angles", "Event", "Events", "Gait", "RangeOfMotion", "bend_angles", "cycles", "find_events", "gait_parameters", "joint_angles"]
