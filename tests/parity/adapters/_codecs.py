"""mmpose's crops, codecs and flip averaging."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from vitruve.core import crops
from vitruve.nn import codecs


def run(spec: dict, inputs: dict[str, np.ndarray], keep: dict[str, np.ndarray]) -> dict[str, object]:
    x = {k: torch.from_numpy(np.asarray(v)) for k, v in inputs.items()}
    config = spec["config"]
    if "img" in x:
        return _topdown(config, inputs["img"], x["bbox"], x["keypoints"])
    if "bbox_xywh" in x:
        return _affine(x)
    if "flip_indices" in config:
        return _flip(config["flip_indices"], x)
    if "noisy_x" in x:
        return _simcc(config, x)
    if "noisy.0" in x:
        return _heatmaps(spec, x)
    if "encoded" in x:
        return _regression(config, x)
    if "sx" in x:
        return _refine(config["kernel"], x["hm"], x["sx"])
    raise ValueError(f"config {sorted(config)}, inputs {sorted(x)}: nothing known")


def _topdown(config: dict, image: np.ndarray, box: Tensor, keypoints: Tensor) -> dict[str, object]:
    transform = crops.TopdownAffine(tuple(config["input_size"]), config["padding"], config["use_udp"])
    crop = transform(image, box[0], _turn(math.radians(config["bbox_rotation"]), config["use_udp"]))
    center, size = crops.center_size(box, config["padding"])
    points = crop.to_crop(keypoints[0])
    return {
        "center": center,
        "scale_padded": size,
        "input_scale": crop.size,
        "img": crop.image,
        "keypoints": points[None],
        "back": crop.to_image(points, official_quirks=True)[None],
    }


def _turn(angle, udp: bool):
    """Their UDP matrix turns the other way."""
    return -angle if udp else angle


def _affine(x: dict[str, Tensor]) -> dict[str, object]:
    out: dict[str, object] = {"flip_h": crops.mirror_boxes(x["bbox"], 200)}
    for n in range(len(x["center"])):
        center, size, angle, output = x["center"][n], x["scale"][n], torch.deg2rad(x["rot"][n]), tuple(x["out"][n].tolist())
        warp = crops.crop_matrix(center, size, output, angle)
        out |= {
            f"warp{n}": warp,
            f"warp_inv{n}": crops.invert_affine(warp),
            f"warp_shift{n}": crops.crop_matrix(center, size, output, angle, shift=(0.1, -0.2)),
            f"udp{n}": crops.crop_matrix(center, size, output, _turn(angle, True), udp=True),
            f"udp_noar{n}": crops.crop_matrix(center, size, output, angle, keep_aspect=False),
        }
        out[f"cs_center{n}"], out[f"cs_scale{n}"] = crops.center_size(x["bbox"][n], 1.25)
        out[f"xywh_center{n}"], out[f"xywh_scale{n}"] = crops.center_size(crops.xywh_to_xyxy(x["bbox_xywh"][n]))
        out[f"cs2xyxy{n}"] = crops.from_center_size(center, size)[None]
    return out


def _flip(swap: list[int], x: dict[str, Tensor]) -> dict[str, object]:
    fx, fy = codecs.flip_vectors(x["x"], x["y"], swap)
    return {
        "fh": codecs.flip_heatmaps(x["hm"], swap),
        "fh_shift": codecs.flip_heatmaps(x["hm"], swap, shift=True),
        "fh_udp": codecs.flip_offset_maps(x["udp"], swap),
        "fx": fx,
        "fy": fy,
    }


def _simcc(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    sigma = config.get("sigma", 6.0)
    codec = codecs.SimCCCodec(
        tuple(config["input_size"]),
        tuple(sigma) if isinstance(sigma, list) else sigma,
        config.get("simcc_split_ratio", 2.0),
        config.get("normalize", True),
        config.get("use_dark", False),
        config.get("smoothing_type", "gaussian"),
        config.get("label_smooth_weight", 0.0),
        official_quirks=True,
    )
    target = codec.encode(x["keypoints"], x["visible"])
    keypoints, scores = codec.decode(x["noisy_x"], x["noisy_y"])
    out: dict[str, object] = {"x_labels": target.maps[0], "y_labels": target.maps[1], "weights": target.weights}
    out |= {"dec_keypoints": keypoints, "dec_scores": scores}
    return out | {"dec_visibility": codec.visibility(x["noisy_x"], x["noisy_y"], config.get("decode_beta", 150.0))}


def _heatmap_codec(spec: dict) -> codecs.HeatmapCodec | codecs.OffsetCodec | codecs.MegviiCodec:
    config = spec["config"]
    sizes, blur = (tuple(config["input_size"]), tuple(config["heatmap_size"])), config.get("blur_kernel_size", 11)
    if config.get("heatmap_type") == "combined":
        return codecs.OffsetCodec(*sizes, config.get("radius_factor", 0.0546875), blur, official_quirks=True)
    if "kernel_size" in config:
        return codecs.MegviiCodec(*sizes, config["kernel_size"])
    # UDP has a type of map, MSRA a choice of decoding
    kind = "udp" if "heatmap_type" in config or "udp" in spec["module"].lower() else "dark" if config.get("unbiased") else "msra"
    return codecs.HeatmapCodec(*sizes, config.get("sigma", 2.0), kind, blur, official_quirks=True)


def _heatmaps(spec: dict, x: dict[str, Tensor]) -> dict[str, object]:
    codec = _heatmap_codec(spec)
    out: dict[str, object] = {}
    for n in range(len(x["keypoints"])):
        target = codec.encode(x["keypoints"][n : n + 1], x["visible"][n : n + 1])
        keypoints, scores = codec.decode(x[f"noisy.{n}"][None])
        at, values = codecs.heatmap_maximum(x[f"noisy.{n}"])
        out |= {
            f"heatmaps.{n}": target.maps[0][0],
            f"keypoint_weights.{n}": target.weights,
            f"dec_keypoints.{n}": keypoints,
            f"dec_scores.{n}": scores,
            f"argmax_locs.{n}": at,
            f"argmax_vals.{n}": values,
        }
    return out


def _regression(config: dict, x: dict[str, Tensor]) -> dict[str, object]:
    codec = codecs.RegressionCodec(tuple(config["input_size"]))
    target = codec.encode(x["keypoints"], x["visible"])
    out: dict[str, object] = {"keypoint_labels": target.maps[0], "keypoint_weights": target.weights}
    for suffix in ("", *(k.removeprefix("encoded") for k in x if k.startswith("encoded_"))):
        out[f"dec_keypoints{suffix}"], out[f"dec_scores{suffix}"] = codec.decode(x[f"encoded{suffix}"])
    if "heatmap_size" in config:
        # beside its coordinates, integral regression learns heatmaps of sum one; their weights are the coordinates'
        heat = codecs.HeatmapCodec(
            codec.input_size, tuple(config["heatmap_size"]), config["sigma"], "dark" if config.get("unbiased") else "msra", official_quirks=True
        )
        maps = heat.encode(x["keypoints"], x["visible"]).maps[0][0]
        out["heatmaps"] = maps / (maps.sum((-2, -1), keepdim=True) + 1e-24) if config.get("normalize", True) else maps
    return out


def _refine(kernel: int, maps: Tensor, simcc: Tensor) -> dict[str, object]:
    at, values = codecs.heatmap_maximum(maps)
    return {
        "locs": at,
        "vals": values,
        "blur": codecs.blur_heatmaps(maps, kernel),
        "refine": codecs.refine_quarter(at, maps)[None],
        "dark": codecs.refine_dark(at, maps, kernel)[None],
        "dark_udp": codecs.refine_dark_udp(at, maps, kernel)[None],
        "simcc_dark": codecs.refine_simcc_dark(simcc.argmax(-1).float(), simcc, 19),
    }
