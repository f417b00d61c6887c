"""The live viewer: a motion or body in the browser, served on this machine by viser."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from vitruve.core.motion import Motion
from vitruve.core.naming import side_of
from vitruve.core.poses import Poses
from vitruve.errors import MissingExtraError, OptionError

if TYPE_CHECKING:
    from vitruve.bodies import BodyMotion

_COLOURS = {"left": (47, 111, 222), "right": (232, 121, 43), None: (102, 111, 122)}


class Viewer:
    """A running viewer. `seek(frame)` shows a frame, `close()` stops it; `url` is where it is."""

    def __init__(self, value: Motion | Poses | BodyMotion, host: str = "127.0.0.1", port: int = 8080) -> None:
        try:
            import viser
        except ImportError:
            raise MissingExtraError("viser", "viewer") from None
        from vitruve.bodies import BodyMotion

        if not 0 <= port <= 65535:
            # viser would wait for a server that never starts
            raise OptionError(f"port {port}: expected 0 to 65535")
        self._body = value if isinstance(value, BodyMotion) else None
        poses = value.motion.poses() if isinstance(value, BodyMotion) else value.poses() if isinstance(value, Motion) else value
        if poses.dims != 3:
            raise OptionError("the viewer shows 3D; these keypoints are 2D (vitruve render draws them)")
        self.fps = poses.fps
        self.num_frames = poses.num_frames
        self._x = poses.positions.detach().cpu().numpy()
        self._limbs = np.array(poses.skeleton.limbs).reshape(-1, 2)
        sides = [side_of(m or "") for m in poses.skeleton.landmarks]
        self._colours = np.array([_COLOURS[s] for s in sides], dtype=np.uint8)
        self._server: Any = viser.ViserServer(host=host, port=port, verbose=False)
        self.url = f"http://{host}:{self._server.get_port()}"
        self._scene()
        self._controls()
        self._running = True
        self.seek(0)
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()

    def _scene(self) -> None:
        scene = self._server.scene
        scene.set_up_direction("+y")
        known = self._x[np.isfinite(self._x).all(-1)]
        floor = float(known[:, 1].min()) if len(known) else 0.0
        middle = np.median(known, axis=0) if len(known) else np.zeros(3)
        scene.add_grid("/ground", width=20, height=20, plane="xz", position=(float(middle[0]), floor, float(middle[2])))
        self._server.initial_camera.position = tuple(middle + np.array([2.2, 0.9, 3.4]))
        self._server.initial_camera.look_at = tuple(middle)
        self._mesh = None
        if self._body is not None:
            out = self._body.forward(slice(0, 1))
            faces = self._body.model.faces.numpy()
            self._mesh = scene.add_mesh_simple("/body", out.vertices[0].detach().numpy(), faces, color=(224, 187, 160), flat_shading=False)

    def _controls(self) -> None:
        gui = self._server.gui
        self._slider = gui.add_slider("frame", min=0, max=max(self.num_frames - 1, 1), step=1, initial_value=0)
        self._playing = gui.add_checkbox("play", initial_value=True)
        self._speed = gui.add_slider("speed", min=0.1, max=4.0, step=0.1, initial_value=1.0)
        self._bones = gui.add_checkbox("skeleton", initial_value=self._body is None)
        if self._mesh is not None:
            body = gui.add_checkbox("body", initial_value=True)
            body.on_update(lambda _: setattr(self._mesh, "visible", body.value))
        self._slider.on_update(lambda _: self._draw(int(self._slider.value)))
        self._bones.on_update(lambda _: self._draw(int(self._slider.value)))

    def _draw(self, frame: int) -> None:
        frame = min(frame, self.num_frames - 1)
        scene = self._server.scene
        with self._server.atomic():
            for p, x in enumerate(self._x[:, frame]):
                known = np.isfinite(x).all(-1)
                pairs = self._limbs[known[self._limbs].all(-1)] if len(self._limbs) else self._limbs
                show = bool(self._bones.value)
                scene.add_line_segments(f"/person-{p}/limbs", x[pairs], colors=self._colours[pairs], line_width=5.0, visible=show and len(pairs) > 0)
                scene.add_point_cloud(f"/person-{p}/joints", x[known], colors=self._colours[known], point_size=0.03, point_shape="circle", visible=show)
            if self._mesh is not None and self._body is not None:
                self._mesh.vertices = self._body.forward(slice(frame, frame + 1)).vertices[0].detach().numpy()

    def seek(self, frame: int) -> None:
        """Show a frame."""
        self._slider.value = int(frame)
        self._draw(int(frame))

    def _play(self) -> None:
        while self._running:
            if self._playing.value and self.num_frames > 1:
                self.seek((int(self._slider.value) + 1) % self.num_frames)
            # long motions at high rates are shown at no more than 30 frames a second
            time.sleep(1 / (min(self.fps, 30.0) * float(self._speed.value)))

    def close(self) -> None:
        """Stop serving."""
        self._running = False
        self._thread.join(timeout=2)
        self._server.stop()


def view(value: Any, host: str = "127.0.0.1", port: int = 8080, block: bool = True) -> Viewer:
    """Show a motion, 3D poses or a fitted body in the browser.

    Args:
        value: Motion, Poses (3D) or BodyMotion.
        host: address to listen on; only this machine by default.
        port: port to listen on; the next free one is taken where it is in use.
        block: serve until interrupted; otherwise return the running Viewer.
    """
    viewer = Viewer(value, host, port)
    print(f"showing {viewer.num_frames} frames at {viewer.url} (Ctrl-C stops)")
    if block:
        try:
            while True:
                time.sleep(1)
        except KeyboardInterrupt:
            viewer.close()
    return viewer
